import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

export interface GitHttpServer {
  /** http://127.0.0.1:PORT, or https: with a certificate. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the repositories below a folder over plain HTTP, by git's own server program. `allows` looks at the authorization header; default: anybody is served.
 * `redirect` says where a path and query lead instead. With `tls` it is HTTPS.
 */
export async function startGitHttp(
  folder: string,
  allows: (authorization: string | undefined) => boolean = () => true,
  redirect: (path: string) => string | undefined = () => undefined,
  tls?: { readonly key: string; readonly cert: string },
): Promise<GitHttpServer> {
  const backend = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend');
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const location = redirect(request.url!);
    if (location !== undefined) response.writeHead(301, { location }).end();
    else if (allows(request.headers.authorization)) answer(backend, folder, request, response);
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}

/** Makes a repository of commits, each some files and tags on it; returns the commits. All are of one day in 2020. */
export function makeRepository(folder: string, commits: readonly { readonly files: Readonly<Record<string, string>>; readonly tag?: string }[]): string[] {
  mkdirSync(folder, { recursive: true });
  const date = '1577934245 +0000';
  const who = {
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@b',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_DATE: date,
  };
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'init.defaultBranch=main', '-C', folder, ...args], { encoding: 'utf8', stdio: 'pipe', env: { ...process.env, ...who } }).trim();
  git('init', '-q');
  return commits.map(({ files, tag }) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    git('add', '.');
    git('commit', '-qm', 'A commit');
    if (tag !== undefined) git('tag', tag);
    return git('rev-parse', 'HEAD');
  });
}

function answer(backend: string, folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url!, 'http://host');
  const child = spawn(backend, [], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      GIT_PROTOCOL: request.headers['git-protocol'] as string | undefined,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    },
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const all = Buffer.concat(chunks);
    const end = Math.max(all.indexOf('\r\n\r\n'), 0);
    const headers = all
      .toString('latin1', 0, end)
      .split('\r\n')
      .map((line) => line.split(': ') as [string, string]);
    const status = Number(headers.find(([name]) => name === 'Status')?.[1]?.slice(0, 3) ?? 200);
    response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== 'Status' && name !== ''))).end(all.subarray(end + 4));
  });
}
