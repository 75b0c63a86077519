import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from './case.ts';

const names: ReadonlySet<string> = new Set(JSON.parse(readFileSync(join(import.meta.dirname, 'settled.json'), 'utf8')) as readonly string[]);

/** Whether the builders agree on a case that is made, or differ only as known-differences.json says: CI compares those that settled.json names. */
export function isSettled({ name }: Case): boolean {
  return names.has(name);
}
