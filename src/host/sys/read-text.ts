import { readFileSync } from 'node:fs';

/** The text of a file of the system; '' where it cannot be read. */
export function readTextIfAny(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
