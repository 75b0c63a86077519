import { chmodSync, chownSync, openSync, closeSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';

/**
 * Listens at `path` and passes every connection on to the socket at `upstream`. So a step's user can be given the agent's socket without the rights of the
 * real one being changed, and the agent sees a peer that it accepts. The socket goes with the returned disposable.
 */
export async function forwardSocket(
  path: string,
  upstream: string,
  owner: { readonly mode: number; readonly uid: number; readonly gid: number },
): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const agent = createConnection(upstream);
    for (const socket of [client, agent]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    }
    for (const [from, to] of [
      [client, agent],
      [agent, client],
    ] as const) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
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
