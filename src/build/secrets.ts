import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Settings } from './settings.ts';
import { requestError } from './error.ts';
import type { SecretSource } from './request.ts';

/** Docker's limit. */
const maxSecretBytes = 500 * 1024;

/** Checks that every secret can be had, and gives the function that reads them. Values are held in memory only. Errors: SECRET_UNREADABLE. */
export function secretReader(secrets: Readonly<Record<string, SecretSource>> | undefined, settings: Settings): (id: string) => Promise<Uint8Array | undefined> {
  const entries = Object.entries(secrets ?? {});
  for (const [id, source] of entries) checkSecret(id, source, settings);
  const byID = new Map(entries);
  const values = new Map<string, Uint8Array>();
  return async (id) => {
    const source = byID.get(id);
    if (source === undefined) return undefined;
    const value = values.get(id) ?? readSecret(source, settings);
    values.set(id, value);
    return value;
  };
}

function checkSecret(id: string, source: SecretSource, settings: Settings): void {
  const fail = (found: string, hint: string): Error => requestError('SECRET_UNREADABLE', `Cannot use secret ${JSON.stringify(id)}: ${found}`, hint);
  if (source.kind === 'env' && settings.env[source.name] === undefined)
    throw fail(`the environment has no ${source.name}`, `Set ${source.name}, or give the secret with src=FILE.`);
  if (source.kind !== 'file') return;
  const path = resolve(settings.cwd, source.path);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw fail(`there is no file ${path}`, 'Check the path after src=.');
  if (stats.isDirectory()) throw fail(`${path} is a folder`, 'A secret is one file.');
  if (stats.size > maxSecretBytes) throw fail(`${path} has ${stats.size} bytes, more than the limit of ${maxSecretBytes}`, 'Keep secrets under 500 KiB.');
}

function readSecret(source: SecretSource, settings: Settings): Uint8Array {
  switch (source.kind) {
    case 'file':
      return readFileSync(resolve(settings.cwd, source.path));
    case 'env':
      return Buffer.from(settings.env[source.name] ?? '', 'utf8');
    case 'value':
      return source.value;
    default:
      return source satisfies never;
  }
}
