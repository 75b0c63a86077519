import { BuildError, BuildErrors } from '../../core/errors.ts';

/** The command line or the configuration file is wrong. Exit code 2. */
export class UsageError extends BuildError<
  /** There is no such command. */
  | 'COMMAND_UNKNOWN'
  /** The command has no such flag. The hint has the nearest one. */
  | 'FLAG_UNKNOWN'
  /** A flag of docker or another builder that ossb does not support. The hint names what to use instead. */
  | 'FLAG_UNSUPPORTED'
  /** A flag has a value that it cannot have. */
  | 'FLAG_VALUE'
  /** The command has too many or too few arguments. */
  | 'ARGUMENTS'
  /** The configuration file of ossb is malformed. The message lists every fault. */
  | 'SETTINGS_INVALID'
> {}

export function usageError(code: UsageError['code'], message: string, hint?: string): UsageError {
  return new UsageError(code, message, { family: 'validation', hint });
}

/** A value of a flag, by a parser that others use too: its errors are the command line's fault here, and name the flag. */
export function parseFlagValue<T>(flag: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw usageError('FLAG_VALUE', error.message.replace(/^Cannot use [^"]*/, `Cannot use ${flag} `), error.hint);
  }
}

/** Collects the faults of a command line, so that all of them are reported at once. */
export class Faults {
  readonly #errors: BuildError[] = [];

  add(error: BuildError): void {
    this.#errors.push(error);
  }

  /** The value, or undefined where a fault was found. Anything but a BuildError is thrown on. */
  attempt<T>(parse: () => T): T | undefined {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      this.add(error);
      return undefined;
    }
  }

  /** The values of those texts that have no fault. */
  attemptEach<T>(texts: readonly string[], parse: (text: string) => T): T[] {
    return texts.flatMap((text) => {
      const value = this.attempt(() => [parse(text)]);
      return value ?? [];
    });
  }

  throwIfAny(): void {
    const [first, ...rest] = this.#errors;
    if (first !== undefined) throw rest.length === 0 ? first : new BuildErrors(this.#errors);
  }
}
