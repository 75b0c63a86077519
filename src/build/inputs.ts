import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { requestError } from './error.ts';
import type { BuildRequest } from './request.ts';
import type { Settings } from './settings.ts';
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

export const maxDockerfileBytes = 16 * 1024 * 1024;

/** Reads the Dockerfile of a request whose context is a folder, or whose Dockerfile comes from elsewhere. Errors: DOCKERFILE_MISSING, CONTEXT_MISSING. */
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
    const near = existsSync(folder) ? readdirSync(folder).filter((name) => /dockerfile|containerfile/i.test(name)) : [];
    throw requestError(
      'DOCKERFILE_MISSING',
      `Cannot read the Dockerfile: there is no ${request.file ?? join(folder, 'Dockerfile')}`,
      near.length > 0 ? `There is ${near.slice(0, 3).join(', ')}: name it with -f.` : 'Name the file with -f, or give another folder as the context.',
    );
  }
  const stats = statSync(path);
  if (stats.isDirectory())
    throw requestError('DOCKERFILE_MISSING', `Cannot read the Dockerfile: ${path} is a folder`, 'Name the file with -f; the folder is the last argument.');
  if (stats.size > maxDockerfileBytes)
    throw requestError('DOCKERFILE_MISSING', `Cannot read the Dockerfile: ${path} has ${stats.size} bytes, more than the limit of ${maxDockerfileBytes}`);
  return { name: request.file ?? basename(path), text: readFileSync(path) };
}

/** The path of the Dockerfile: `-f`, counted from the working folder or else from the context; else `Dockerfile` or `dockerfile` in the context. */
function dockerfilePath(file: string | undefined, contextFolder: string | undefined, settings: Settings): string | undefined {
  const candidates =
    file === undefined
      ? [join(contextFolder!, 'Dockerfile'), join(contextFolder!, 'dockerfile')]
      : [resolve(settings.cwd, file), ...(contextFolder === undefined ? [] : [resolve(contextFolder, file)])];
  return candidates.find((path) => existsSync(path));
}

/** `<Dockerfile>.dockerignore` beside the Dockerfile, else `.dockerignore` in the context. */
export function readIgnoreFile(request: Pick<BuildRequest, 'file' | 'dockerfileText'>, contextFolder: string, settings: Settings): IgnoreInput | undefined {
  const dockerfile = request.dockerfileText !== undefined || request.file === '-' ? undefined : dockerfilePath(request.file, contextFolder, settings);
  const candidates = [
    ...(dockerfile === undefined ? [] : [join(dirname(dockerfile), `${basename(dockerfile)}.dockerignore`)]),
    join(contextFolder, '.dockerignore'),
  ];
  const path = candidates.find((candidate) => existsSync(candidate));
  return path === undefined ? undefined : { name: path, text: readFileSync(path, 'utf8') };
}

/** Errors: CONTEXT_MISSING, CONTEXT_INVALID. */
export function checkContextFolder(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined)
    throw requestError('CONTEXT_MISSING', `Cannot read the build context: there is no folder ${path}`, 'The last argument is the folder that COPY reads from.');
  if (!stats.isDirectory())
    throw requestError(
      'CONTEXT_INVALID',
      `Cannot read the build context: ${path} is no folder`,
      `To name a Dockerfile, use -f ${path} and give the folder as the last argument.`,
    );
}
