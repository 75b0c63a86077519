import { Masker } from './masker.ts';
import { OutputLimit } from './output-limit.ts';
import type { OnOutput, StepOutputOptions } from '../protocol/index.ts';

/** Passes on what a step prints: first masked, then cut where it is too much, so that no cut can show the half of a secret. */
export class StepOutput {
  readonly #streams: Readonly<Record<'stdout' | 'stderr', { readonly masker: Masker; readonly limit: OutputLimit }>>;
  readonly #onOutput: OnOutput;

  constructor({ secretValues, outputLimits }: StepOutputOptions, onOutput: OnOutput) {
    const stream = (): { masker: Masker; limit: OutputLimit } => ({ masker: new Masker(secretValues), limit: new OutputLimit(outputLimits, Date.now) });
    this.#streams = { stdout: stream(), stderr: stream() };
    this.#onOutput = onOutput;
  }

  readonly write: OnOutput = (name, data) => {
    const { masker, limit } = this.#streams[name];
    return limit.isSpent ? undefined : this.#show(name, masker.push(data));
  };

  /** Shows what was held back as the possible beginning of a secret. */
  end(): void {
    for (const name of ['stdout', 'stderr'] as const) void this.#show(name, this.#streams[name].masker.end());
  }

  #show(name: 'stdout' | 'stderr', data: Uint8Array): void | Promise<void> {
    if (data.length === 0) return undefined;
    const shown = this.#streams[name].limit.push(data);
    return shown.length === 0 ? undefined : this.#onOutput(name, shown);
  }
}
