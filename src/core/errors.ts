/** The one error root. A room adds one line: `class RegistryError extends BuildError<'UNAUTHORIZED' | ...> {}`. */

import { redactURLs } from './redact.ts';

/** What kind of thing went wrong; decides the exit code and whether trying again can help. */
export type ErrorFamily = 'registry' | 'execution' | 'filesystem' | 'manifest' | 'authentication' | 'network' | 'validation' | 'resource' | 'internal';

/** A place in a Dockerfile or ignore file. Lines are 1-based and inclusive. */
export interface SourceLocation {
  readonly file: string;
  readonly startLine: number;
  readonly endLine: number;
  /** The whole text of `file`, so that the lines can be shown without reading it again. */
  readonly text?: string;
}

export interface BuildErrorOptions {
  readonly family: ErrorFamily;
  /** The next thing that the user can do, as a sentence. */
  readonly hint?: string | undefined;
  readonly location?: SourceLocation | undefined;
  /** True where the same request may succeed later. Default false. */
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
}

/** A fault that the user can understand and act on. URLs in its message and hint lose their passwords. Message form: "Cannot <verb> <thing>: <what was found>". */
export class BuildError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly family: ErrorFamily;
  readonly hint: string | undefined;
  readonly location: SourceLocation | undefined;
  readonly retryable: boolean;

  constructor(code: Code, message: string, options: BuildErrorOptions) {
    super(redactURLs(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.family = options.family;
    this.hint = options.hint === undefined ? undefined : redactURLs(options.hint);
    this.location = options.location;
    this.retryable = options.retryable ?? false;
  }
}

export type BuildErrorsCode =
  /** Several faults were found in one pass. Each is reported with its own code. */
  'SEVERAL';

/** Several faults found in one pass, reported together. */
export class BuildErrors extends BuildError<BuildErrorsCode> {
  readonly errors: readonly BuildError[];

  constructor(errors: readonly BuildError[]) {
    const first = errors[0];
    super('SEVERAL', errors.map((e) => e.message).join('\n'), { family: first?.family ?? 'validation', hint: first?.hint, location: first?.location });
    this.errors = errors;
  }
}

/** The same error at a place in a source file: of its own class, with all that it says. For an error that others hold too; the innermost place wins. */
export function placed<E extends BuildError>(error: E, location: SourceLocation): E {
  if (error.location !== undefined) return error;
  if (error instanceof BuildErrors) return new BuildErrors(error.errors.map((each) => placed(each, location))) as BuildError as E;
  return changed(error, { location });
}

/** The same error with a hint before its own. */
export function hinted<E extends BuildError>(error: E, hint: string): E {
  return changed(error, { hint: error.hint === undefined ? hint : `${hint} ${error.hint}` });
}

function changed<E extends BuildError>(error: E, change: { readonly location?: SourceLocation; readonly hint?: string }): E {
  const Kind = error.constructor as new (code: string, message: string, options: BuildErrorOptions) => E;
  // What a class adds to this one, as an errno, are fields and options of the same name.
  const fields = { ...(Object.fromEntries(Object.entries(error)) as unknown as BuildErrorOptions), ...change };
  const copy = Object.assign(new Kind(error.code, error.message, { ...fields, cause: error.cause }), fields);
  if (error.stack !== undefined) copy.stack = error.stack;
  return copy;
}

/** Gives an error a place in a source file where it had none; the innermost place wins. */
export function locate(error: BuildError, location: SourceLocation | undefined): void {
  if (error.location === undefined && location !== undefined) (error as { location: SourceLocation | undefined }).location = location;
}
