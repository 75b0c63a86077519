import { BuildError, BuildErrors, type ErrorFamily } from '../errors.ts';

export type WorkerErrorCode =
  /** The worker process could not be started. */
  | 'WORKER_START'
  /** The worker process ended while it was needed. */
  | 'WORKER_DIED';

export class WorkerError extends BuildError<WorkerErrorCode> {}

/** An error as it crosses from one process or thread to another. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  /** Of a BuildError, or of a system error. */
  readonly code?: string;
  /** Present for a BuildError alone. */
  readonly family?: ErrorFamily;
  readonly hint?: string | undefined;
  readonly retryable?: boolean;
  readonly stack?: string;
  readonly cause?: WireError;
  readonly errors?: readonly WireError[];
}

/** How deep a chain of causes is told. */
const MAX_DEPTH = 4;

export function toWireError(error: unknown, depth = 0): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack, code } = error as Error & { code?: unknown };
  const cause = error.cause !== undefined && depth < MAX_DEPTH ? { cause: toWireError(error.cause, depth + 1) } : {};
  if (error instanceof BuildErrors)
    return { name, message, code: error.code, family: error.family, errors: error.errors.map((each) => toWireError(each, depth + 1)) };
  if (error instanceof BuildError) {
    const { family, hint, retryable } = error;
    return { name, message, code: error.code as string, family, hint, retryable, ...cause };
  }
  return { name, message, ...(typeof code === 'string' ? { code } : {}), ...(stack === undefined ? {} : { stack }), ...cause };
}

/** The error with its code, hint and family again; its class is BuildError itself. */
export function fromWireError(wire: WireError): Error {
  const cause = wire.cause === undefined ? undefined : fromWireError(wire.cause);
  if (wire.errors) return new BuildErrors(wire.errors.map((each) => fromWireError(each) as BuildError));
  if (wire.family !== undefined && wire.code !== undefined) {
    const error = new BuildError(wire.code, wire.message, { family: wire.family, hint: wire.hint, retryable: wire.retryable, cause });
    error.name = wire.name;
    return error;
  }
  const error = Object.assign(new Error(wire.message, cause === undefined ? undefined : { cause }), wire.code === undefined ? {} : { code: wire.code });
  error.name = wire.name;
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}
