import type { IncomingMessage } from 'node:http';

/** A body that brings fewer bytes in `windowMs` while somebody waits for them is as good as none. */
const leastBytes = 256;

/** Calls `onStall` where an answer's body stops, or drips to keep a connection busy. A reader that is slow itself is no stall. */
export function watchBody(response: IncomingMessage, windowMs: number, onStall: () => void): void {
  const { socket } = response;
  let seen = socket.bytesRead;
  // Checked often, so that a body that stops is noticed soon after the window.
  let windows = 0;
  const timer = setInterval(() => {
    windows = response.readableLength > 0 || response.readableEnded || socket.bytesRead - seen >= leastBytes ? 0 : windows + 1;
    if (windows === 0) seen = socket.bytesRead;
    if (windows >= checks) onStall();
  }, windowMs / checks);
  response.once('close', () => clearInterval(timer));
  response.once('end', () => clearInterval(timer));
}

const checks = 4;
