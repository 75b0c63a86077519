import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FileServer {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  /** Paths asked for so far, in order. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Serves fixed bytes with a fixed Last-Modified and an ETag, over plain HTTP on loopback. */
export async function startFileServer(
  files: Readonly<Record<string, Buffer | string>>,
  headers: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    requests.push(path);
    const body = files[path];
    if (body === undefined) {
      response.writeHead(404).end('not found');
      return;
    }
    const etag = `"${path}"`;
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return;
    }
    response.writeHead(200, { 'last-modified': 'Wed, 01 Jan 2020 03:04:05 GMT', etag, 'content-length': Buffer.byteLength(body), ...headers[path] });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}
