import { accessSync, constants, existsSync, lstatSync, readdirSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { readFileUpTo, whyUnreadable } from '../../core/stream/index.ts';
import { maxDockerfileBytes, maxIgnoreFileBytes } from '../../language/dockerfile/index.ts';
import { requestError } from '../request/index.ts';
import type { BuildRequest } from '../request/index.ts';
import type { Settings } from '../request/index.ts';
import type { StandardInput } from './standard-input.ts';

/** A Dockerfile with the ignore patterns that belong to it. */
export interface DockerfileInput {
  /** As shown in messages, for instance `Dockerfile`. */
  readonly name: string;
  readonly text: Uint8Array;
}

export interface IgnoreInput {
  readonly name: string;
  readonly text: string;
}

/** Reads the Dockerfile of a request whose context is a folder, or whose Dockerfile comes from elsewhere. Errors: DOCKERFILE_MISSING, DOCKERFILE_UNREADABLE. */
export async function readDockerfile(
  request: BuildRequest,
  contextFolder: string | undefined,
  settings: Settings,
  stdin: StandardInput,
): Promise<DockerfileInput> {
  if (request.dockerfileText !== undefined) return { name: request.file ?? 'Dockerfile', text: Buffer.from(request.dockerfileText) };
  if (request.file === '-') return { name: 'Dockerfile', text: await stdin.bytes(maxDockerfileBytes) };
  if (request.file === undefined && contextFolder === undefined) return { name: 'Dockerfile', text: await stdin.bytes(maxDockerfileBytes) };
  const path = dockerfilePath(request.file, contextFolder, settings);
  if (path === undefined) {
    const folder = contextFolder ?? settings.cwd;
    const near = namesIn(folder).filter((name) => /dockerfile|containerfile/i.test(name));
    throw requestError(
      'DOCKERFILE_MISSING',
      `Cannot read the Dockerfile: there is no ${request.file ?? join(folder, 'Dockerfile')}`,
      hintOfNames(near, request.file),
    );
  }
  const text = readInput(path, maxDockerfileBytes, (found) =>
    requestError(
      'DOCKERFILE_UNREADABLE',
      `Cannot read the Dockerfile: ${path} ${found}`,
      'Name a readable file with -f; the folder of the context is the last argument.',
    ),
  );
  return { name: request.file ?? basename(path), text };
}

/** Errors: what `fail` makes of a file that cannot be read or is longer than `maxBytes`. */
function readInput(path: string, maxBytes: number, fail: (found: string) => Error): Buffer {
  let bytes: Buffer | undefined;
  try {
    bytes = readFileUpTo(path, maxBytes);
  } catch (error) {
    throw fail(whyUnreadable(error));
  }
  if (bytes === undefined) throw fail(`has more than ${maxBytes} bytes, which is the limit`);
  return bytes;
}

/** What to build from instead, where the context holds files named like a Dockerfile. A file of the usual name needs no -f. */
function hintOfNames(near: readonly string[], file: string | undefined): string {
  if (file !== undefined && near.some((name) => dockerfileNames('Dockerfile').includes(name)))
    return 'The context has a Dockerfile: without -f it is the one that is built.';
  if (near.length > 0) return `There is ${near.slice(0, 3).join(', ')}: name it with -f.`;
  return 'Name the file with -f, or give another folder as the context.';
}

/** What a message may suggest; nothing where the folder cannot be listed. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The path of the Dockerfile: `-f`, counted from the working folder or else from the context; else `Dockerfile` in the context. `dockerfile` stands in for that name. */
function dockerfilePath(file: string | undefined, contextFolder: string | undefined, settings: Settings): string | undefined {
  const candidates =
    file === undefined
      ? [join(contextFolder!, 'Dockerfile')]
      : [resolve(settings.cwd, file), ...(contextFolder === undefined ? [] : [resolve(contextFolder, file)])];
  return candidates.flatMap(dockerfileNames).find(isThere);
}

/** A path of a Dockerfile, and where it has the usual name the same in lower case, as docker build takes it. */
export function dockerfileNames(path: string): string[] {
  return basename(path) === 'Dockerfile' ? [path, join(dirname(path), 'dockerfile')] : [path];
}

/** Also for a symlink that leads nowhere and for what this user may not see: reading it then says so. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOTDIR');
  }
}

/** `<Dockerfile>.dockerignore` beside the Dockerfile, else `.dockerignore` in the context. As with docker build, a folder of that name is none. Errors: CONTEXT_INVALID. */
export function readIgnoreFile(request: Pick<BuildRequest, 'file' | 'dockerfileText'>, contextFolder: string, settings: Settings): IgnoreInput | undefined {
  const dockerfile = request.dockerfileText !== undefined || request.file === '-' ? undefined : dockerfilePath(request.file, contextFolder, settings);
  const candidates = [
    ...(dockerfile === undefined ? [] : [join(dirname(dockerfile), `${basename(dockerfile)}.dockerignore`)]),
    join(contextFolder, '.dockerignore'),
  ];
  const path = candidates.find((candidate) => existsSync(candidate) && !statSync(candidate).isDirectory());
  if (path === undefined) return undefined;
  const fail = (found: string): Error => requestError('CONTEXT_INVALID', `Cannot read the ignore file: ${path} ${found}`, 'Make it readable, or remove it.');
  return { name: path, text: readInput(path, maxIgnoreFileBytes, fail).toString('utf8') };
}

/** Errors: CONTEXT_MISSING, CONTEXT_INVALID. */
export function checkContextFolder(path: string): void {
  const unreadable = (error: unknown): Error =>
    requestError('CONTEXT_INVALID', `Cannot read the build context: ${path} ${whyUnreadable(error)}`, 'The last argument is the folder that COPY reads from.');
  let stats: Stats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw unreadable(error);
  }
  if (stats === undefined)
    throw requestError('CONTEXT_MISSING', `Cannot read the build context: there is no folder ${path}`, 'The last argument is the folder that COPY reads from.');
  if (!stats.isDirectory())
    throw requestError(
      'CONTEXT_INVALID',
      `Cannot read the build context: ${path} is no folder`,
      `To name a Dockerfile, use -f ${path} and give the folder as the last argument.`,
    );
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw unreadable(error);
  }
}
