import { fstatSync, writeSync } from 'node:fs';
import { BuildError } from '../../core/errors.ts';
import { workingFolder } from '../request/index.ts';

type OutputErrorCode =
  /** Standard output cannot be written. */
  'OUTPUT_UNWRITABLE';

class OutputError extends BuildError<OutputErrorCode> {}

/** Where text goes. */
export interface Sink {
  readonly isTerminal: boolean;
  /** Escape sequences for colors are welcome. */
  readonly hasColors: boolean;
  write(text: string): void;
  columns(): number;
  rows(): number;
  /** Gives the function that stops listening. */
  onResize(listener: () => void): () => void;
}

/** What a command has of the world. */
export interface Console {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: { readonly isTerminal: boolean; readLine(): Promise<string> };
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly now: () => number;
}

/** The console of this process. */
export function processConsole(): Console {
  const env = process.env;
  return {
    env,
    cwd: workingFolder(),
    stdin: {
      get isTerminal() {
        return isTerminal(0);
      },
      readLine,
    },
    stdout: new FileSink(1, () => process.stdout, env),
    stderr: new FileSink(2, () => process.stderr, env),
    now: Date.now,
  };
}

/** Writes to the descriptor itself: Node's own streams take 3 ms to load, so they are asked for only where a terminal's size matters. */
class FileSink implements Sink {
  readonly #fd: 1 | 2;
  readonly #stream: () => NodeJS.WriteStream;
  readonly #env: NodeJS.ProcessEnv;
  #isTerminal: boolean | undefined;
  #closed = false;

  constructor(fd: 1 | 2, stream: () => NodeJS.WriteStream, env: NodeJS.ProcessEnv) {
    this.#fd = fd;
    this.#stream = stream;
    this.#env = env;
  }

  get isTerminal(): boolean {
    return (this.#isTerminal ??= isTerminal(this.#fd));
  }

  get hasColors(): boolean {
    return this.isTerminal && this.#env['TERM'] !== 'dumb' && (this.#env['NO_COLOR'] ?? '') === '';
  }

  columns(): number {
    return this.isTerminal ? this.#stream().columns || 80 : 80;
  }

  rows(): number {
    return this.isTerminal ? this.#stream().rows || 24 : 24;
  }

  write(text: string): void {
    if (!this.#closed) this.#closed = !writeAll(this.#fd, Buffer.from(text, 'utf8'));
  }

  onResize(listener: () => void): () => void {
    if (!this.isTerminal) return () => {};
    this.#stream().on('resize', listener);
    return () => this.#stream().off('resize', listener);
  }
}

/** False where nobody reads any more, which is no failure. Errors: OUTPUT_UNWRITABLE. */
function writeAll(fd: number, bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // The descriptor may be a pipe that someone else made non-blocking
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      // A result that is lost, on a full disk for instance, is a failure; progress is not
      else if (code !== 'EINTR' && code !== 'EPIPE' && fd === 1) {
        throw new OutputError('OUTPUT_UNWRITABLE', `Cannot write to standard output: ${String(code)}`, { family: 'filesystem', cause: error });
      } else if (code !== 'EINTR') return false;
    }
  }
  return true;
}

function isTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    // Major 1 is /dev/null and its like: asking Node would load node:tty
    if (!stats.isCharacterDevice() || stats.rdev >> 8 === 1) return false;
  } catch {
    return false;
  }
  return process.getBuiltinModule('node:tty').isatty(fd);
}

async function readLine(): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}
