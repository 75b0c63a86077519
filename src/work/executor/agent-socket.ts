import { chmodSync, chownSync, openSync, closeSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { serveAgent } from './agent-filter.ts';

/** More are closed at once. */
const MAX_CONNECTIONS = 64;

/**
 * Listens at `path` for who wants to list the keys of the ssh agent at `upstream` or sign with them; nothing else reaches it (see `serveAgent`). So a step can
 * neither empty the user's agent nor add to it, the rights of the real socket stay as they are, and the agent sees a peer that it accepts. The socket goes with the
 * returned disposable.
 */
export async function forwardAgent(
  path: string,
  upstream: string,
  owner: { readonly mode: number; readonly uid: number; readonly gid: number },
): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on('close', () => open.delete(client));
    client.on('error', () => {});
    void serveAgent(client, () => createConnection(upstream));
  });
  server.maxConnections = MAX_CONNECTIONS;
  // A socket's name may have 107 bytes; the folder's descriptor makes any path short. It is needed until the end, when the name is removed.
  const folder = openSync(dirname(path), 'r');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(join(`/proc/self/fd/${folder}`, basename(path)), resolve);
  });
  chmodSync(path, owner.mode);
  if (owner.uid !== 0 || owner.gid !== 0) chownSync(path, owner.uid, owner.gid);
  server.unref();
  return {
    [Symbol.asyncDispose]: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      });
      closeSync(folder);
    },
  };
}
