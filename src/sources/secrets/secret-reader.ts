import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { BuildError } from '../../core/errors.ts';
import { readFileUpTo, whyUnreadable } from '../../core/stream/index.ts';
import { secretsError } from './error.ts';
import type { SecretSource, Surroundings } from './secret-source.ts';

/** Docker's limit. */
const maxSecretBytes = 500 * 1024;

/** Checks that every secret can be had, and gives the function that reads them. Values are held in memory only. Errors: SECRET_UNREADABLE. */
export function secretReader(
  secrets: Readonly<Record<string, SecretSource>> | undefined,
  surroundings: Surroundings,
): (id: string) => Promise<Uint8Array | undefined> {
  const entries = Object.entries(secrets ?? {});
  for (const [id, source] of entries) checkSecret(id, source, surroundings);
  const byID = new Map(entries);
  const values = new Map<string, Uint8Array>();
  return async (id) => {
    const source = byID.get(id);
    if (source === undefined) return undefined;
    const value = values.get(id) ?? readSecret(id, source, surroundings);
    values.set(id, value);
    return value;
  };
}

function checkSecret(id: string, source: SecretSource, surroundings: Surroundings): void {
  const fail = (found: string, hint: string): Error => secretsError('SECRET_UNREADABLE', `Cannot use secret ${JSON.stringify(id)}: ${found}`, hint);
  if (source.kind !== 'file') return;
  const path = resolve(surroundings.cwd, source.path);
  try {
    accessSync(path, constants.R_OK);
    const stats = statSync(path);
    if (stats.isDirectory()) throw fail(`${path} is a folder`, 'A secret is one file.');
    if (stats.size > maxSecretBytes) throw tooLarge(id);
  } catch (error) {
    if (error instanceof BuildError) throw error;
    throw fail(`${path} ${whyUnreadable(error)}`, 'Check the path after src=, and who may read the file.');
  }
}

function tooLarge(id: string): Error {
  return secretsError(
    'SECRET_UNREADABLE',
    `Cannot use secret ${JSON.stringify(id)}: it has more than ${maxSecretBytes} bytes, which is the limit`,
    'Keep secrets under 500 KiB.',
  );
}

/** Errors: SECRET_UNREADABLE. */
function readSecret(id: string, source: SecretSource, surroundings: Surroundings): Uint8Array {
  const value = valueOf(source, surroundings);
  if (value === undefined || value.length > maxSecretBytes) throw tooLarge(id);
  return value;
}

/** Undefined where a file has more than a secret may have. A variable that is not set is an empty secret, as with docker build. */
function valueOf(source: SecretSource, surroundings: Surroundings): Uint8Array | undefined {
  switch (source.kind) {
    case 'file':
      return readFileUpTo(resolve(surroundings.cwd, source.path), maxSecretBytes);
    case 'env':
      return Buffer.from(surroundings.env[source.name] ?? '', 'utf8');
    case 'value':
      return source.value;
    default:
      return source satisfies never;
  }
}
