import type { Console } from '../console.ts';
import { FakeSink } from './fake-sink.ts';

export interface FakeConsole extends Console {
  readonly stdout: FakeSink;
  readonly stderr: FakeSink;
}

/** A console with a still clock whose output is kept. */
export function fakeConsole(options: { env?: Record<string, string>; terminal?: boolean; answer?: string; cwd?: string } = {}): FakeConsole {
  const terminal = options.terminal ?? false;
  return {
    env: options.env ?? {},
    cwd: options.cwd ?? '/',
    stdin: { isTerminal: options.answer !== undefined, readLine: () => Promise.resolve(options.answer ?? '') },
    stdout: new FakeSink({ isTerminal: terminal }),
    stderr: new FakeSink({ isTerminal: terminal, hasColors: false }),
    now: () => 1_000_000,
  };
}
