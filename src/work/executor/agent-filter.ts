import type { Socket } from 'node:net';

/** The requests that pass: to list keys, and to sign with one (draft-ietf-sshm-ssh-agent, 3 and 5.1). */
const REQUEST_IDENTITIES = 11;
const SIGN_REQUEST = 13;
const FAILURE = Uint8Array.of(0, 0, 0, 1, 5);
/** As in OpenSSH. */
const MAX_MESSAGE_BYTES = 256 * 1024;
const HEADER_BYTES = 4;

/**
 * Serves the agent protocol to `client`: requests to list keys and to sign go to the agent that `connect` opens, one at a time, and any other is answered with
 * failure without the agent seeing it. Ends when the client does, or says what is no message of the protocol.
 */
export async function serveAgent(client: Socket, connect: () => Socket): Promise<void> {
  let agent: { readonly socket: Socket; readonly answers: AsyncGenerator<Uint8Array, void> } | undefined;
  try {
    for await (const request of readMessages(client)) {
      let answer: Uint8Array = FAILURE;
      const type = request[HEADER_BYTES];
      if (type === REQUEST_IDENTITIES || type === SIGN_REQUEST) {
        if (agent === undefined) {
          const socket = connect();
          socket.on('error', () => client.destroy());
          client.once('close', () => socket.destroy());
          agent = { socket, answers: readMessages(socket) };
        }
        agent.socket.write(request);
        const next = await agent.answers.next();
        if (next.done === true) return;
        answer = next.value;
      }
      if (!client.write(answer)) await drained(client);
    }
  } finally {
    agent?.socket.destroy();
    client.destroySoon();
  }
}

/** The messages of a stream, each with its length; it ends at a length that no message has. Holds one message at a time. */
async function* readMessages(socket: Socket): AsyncGenerator<Uint8Array, void> {
  let chunks: Buffer[] = [];
  let length = 0;
  let needed = HEADER_BYTES;
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length < needed) continue;
      let pending: Buffer = Buffer.concat(chunks);
      while (pending.length >= (needed = HEADER_BYTES)) {
        const size = pending.readUInt32BE(0);
        if (size === 0 || size > MAX_MESSAGE_BYTES) return;
        needed += size;
        if (pending.length < needed) break;
        yield pending.subarray(0, needed);
        pending = pending.subarray(needed);
      }
      chunks = [pending];
      length = pending.length;
    }
  } catch {
    // The other side is gone: that is the end.
  }
}

async function drained(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', () => resolve());
  });
}
