import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LyingRegistry {
  /** 127.0.0.1:PORT */
  readonly address: string;
  close(): Promise<void>;
}

/** Passes requests on to a true registry over plain HTTP, and changes the bytes of each layer on the way back. */
export async function startLyingRegistry(upstream: string, change: (blob: Buffer) => Buffer): Promise<LyingRegistry> {
  const server = createServer((request, response) => {
    void (async () => {
      const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name === 'accept')) as Record<string, string>;
      const answer = await fetch(`http://${upstream}${request.url}`, { method: request.method ?? 'GET', headers });
      const body = Buffer.from(await answer.arrayBuffer());
      const layer = request.method === 'GET' && /\/blobs\/sha256:/.test(request.url ?? '') && body[0] === 0x1f;
      const passed = [...answer.headers].filter(([name]) => !['connection', 'transfer-encoding', 'content-encoding', 'accept-ranges'].includes(name));
      response.writeHead(answer.status, { ...Object.fromEntries(passed), connection: 'close' });
      response.end(layer ? change(body) : body, () => response.socket?.end());
    })().catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}
