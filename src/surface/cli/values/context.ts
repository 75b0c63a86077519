import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ContextSource } from '../../request/index.ts';
import { usageError } from '../usage-error.ts';

/** The context argument of `ossb build`: a folder, `-`, a git or an http(s) URL. A folder of that name wins over a URL. */
export function parseContext(text: string, cwd: string): ContextSource {
  if (text === '-') return { kind: 'stdin' };
  if (isDir(text, cwd)) return { kind: 'dir', path: text };
  const remote = remoteContext(text);
  if (remote !== undefined) return remote;
  if (statSync(resolve(cwd, text), { throwIfNoEntry: false }) !== undefined) {
    const folder = dirname(text);
    throw usageError(
      'ARGUMENTS',
      `Cannot build ${JSON.stringify(text)}: it is a file, not a folder`,
      `If it is the Dockerfile, name it with -f and give the folder of the sources: ossb build -f ${text} ${folder}`,
    );
  }
  throw usageError(
    'ARGUMENTS',
    `Cannot build ${JSON.stringify(text)}: there is no such folder`,
    'The context is a folder, a git or http(s) URL, or - for standard input.',
  );
}

/** `--build-context NAME=VALUE`. A value of `scratch` is the image of that name. */
export function parseBuildContext(text: string, cwd: string): { readonly name: string; readonly source: ContextSource } {
  const fail = (found: string): Error =>
    usageError(
      'FLAG_VALUE',
      `Cannot use --build-context ${JSON.stringify(text)}: ${found}`,
      'Write it as NAME=FOLDER, NAME=docker-image://REF, NAME=oci-layout://FOLDER:TAG or NAME=URL.',
    );
  const equals = text.indexOf('=');
  const name = equals < 0 ? '' : text.slice(0, equals).toLowerCase();
  const value = text.slice(equals + 1);
  if (name === '' || value === '') throw fail('it is not NAME=VALUE');
  if (value.startsWith('docker-image://')) return { name, source: { kind: 'image', ref: value.slice('docker-image://'.length) } };
  if (value.startsWith('oci-layout://')) return { name, source: ociLayout(value.slice('oci-layout://'.length)) };
  if (/^(target|input):/.test(value)) throw fail('targets of bake files cannot be named here');
  if (isDir(value, cwd)) return { name, source: { kind: 'dir', path: value } };
  if (value === 'scratch') return { name, source: { kind: 'image', ref: 'scratch' } };
  const remote = remoteContext(value);
  if (remote === undefined) throw fail(`there is no folder ${JSON.stringify(value)}`);
  return { name, source: remote };
}

/** Git where BuildKit would use git: git and ssh URLs, `user@host:path`, `github.com/...`, and http(s) URLs whose path ends in `.git`. */
function remoteContext(text: string): ContextSource | undefined {
  if (/^(git|ssh):\/\//.test(text) || /^[\w.-]+@[\w.-]+:[^\s]/.test(text)) return { kind: 'git', url: text };
  if (text.startsWith('github.com/')) return { kind: 'git', url: `https://${text}` };
  if (!/^https?:\/\//.test(text)) return undefined;
  return /^https?:\/\/[^?#]*\.git\/?(?:[?#].*)?$/.test(text) ? { kind: 'git', url: text } : { kind: 'http', url: text };
}

/** `FOLDER[:TAG][@DIGEST]`; the digest wins over the tag, and the tag is `latest` where neither is given. */
function ociLayout(text: string): ContextSource {
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  return { kind: 'oci-layout', path: tagged ? named.slice(0, colon) : named, ref: digest ?? (tagged ? named.slice(colon + 1) : 'latest') };
}

function isDir(path: string, cwd: string): boolean {
  try {
    return statSync(resolve(cwd, path), { throwIfNoEntry: false })?.isDirectory() === true;
  } catch (error) {
    throw usageError(
      'ARGUMENTS',
      `Cannot use ${JSON.stringify(path)}: it may not be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
      'Check its owner and mode, and those of the folders above it.',
    );
  }
}
