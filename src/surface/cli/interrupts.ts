import { BuildError } from '../../core/errors.ts';

export type InterruptedErrorCode =
  /** The command was stopped by a signal. */
  'INTERRUPTED';

export class InterruptedError extends BuildError<InterruptedErrorCode> {}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type Signal = keyof typeof signalNumbers;

export interface Interrupts extends Disposable {
  readonly signal: AbortSignal;
  /** 128 and the number of the signal that came, else undefined. */
  readonly exitCode: number | undefined;
}

/** The first SIGINT, SIGTERM or SIGHUP aborts, so that the command can clean up; the second ends the process at once. */
export function catchInterrupts(onFirst: () => void, host: NodeJS.Process = process): Interrupts {
  const controller = new AbortController();
  let received: Signal | undefined;
  const listener = (name: NodeJS.Signals): void => {
    const signal: Signal = name === 'SIGHUP' || name === 'SIGTERM' ? name : 'SIGINT';
    if (received !== undefined) host.exit(128 + signalNumbers[signal]);
    received = signal;
    controller.abort(new InterruptedError('INTERRUPTED', `Cannot go on: stopped by ${signal}`, { family: 'execution' }));
    onFirst();
  };
  const names = Object.keys(signalNumbers) as Signal[];
  for (const name of names) host.on(name, listener);
  return {
    signal: controller.signal,
    get exitCode() {
      return received === undefined ? undefined : 128 + signalNumbers[received];
    },
    [Symbol.dispose]() {
      for (const name of names) host.off(name, listener);
    },
  };
}
