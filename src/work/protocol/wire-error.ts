import { ContentError } from '../../host/content/index.ts';
import { DeviceError } from '../../host/devices/index.ts';
import { BuildError, BuildErrors, type BuildErrorOptions } from '../../core/errors.ts';
import { ExecutorError } from './executor-error.ts';
import { LayerError, SnapshotError } from '../../layers/index/index.ts';
import { StreamError } from '../../core/stream/index.ts';
import { SysError } from '../../host/sys/index.ts';
import { TarEncodeError, TarError } from '../../core/tar/index.ts';
import { TreeError } from '../../core/tree/index.ts';

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
  readonly isBuildError: boolean;
  /** Its own fields: code, family, hint, location, retryable, an errno, a status, and whatever else its class has. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Of what is no BuildError. */
  readonly stack?: string;
  readonly cause?: WireError;
  readonly errors?: readonly WireError[];
}

/** How deep a chain of causes is passed on. */
const MAX_DEPTH = 4;

export function toWireError(error: unknown, depth = 0): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), isBuildError: false, fields: {} };
  const { name, message, stack } = error;
  const isBuildError = error instanceof BuildError;
  return {
    name,
    message,
    isBuildError,
    fields: Object.fromEntries(Object.entries(error).filter(([key, value]) => key === 'location' || isPlain(value))),
    ...(isBuildError || stack === undefined ? {} : { stack }),
    ...(error.cause !== undefined && depth < MAX_DEPTH ? { cause: toWireError(error.cause, depth + 1) } : {}),
    ...(error instanceof BuildErrors ? { errors: error.errors.map((each) => toWireError(each, depth + 1)) } : {}),
  };
}

/** The error again, of the same class where that is one of the rooms that the worker uses, else a BuildError or Error of the same name. */
export function fromWireError(wire: WireError): Error {
  const { name, message, fields } = wire;
  const cause = wire.cause === undefined ? undefined : fromWireError(wire.cause);
  if (wire.errors) return new BuildErrors(wire.errors.map((each) => fromWireError(each) as BuildError));
  if (wire.isBuildError) {
    const Kind = errorClasses.find((one) => one.name === name) ?? BuildError;
    const options = { ...(fields as unknown as BuildErrorOptions), cause };
    return Object.assign(new Kind(String(fields['code']) as never, message, options), fields);
  }
  const error = Object.assign(new Error(message, cause === undefined ? undefined : { cause }), fields);
  error.name = name;
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

/** Whose errors can arise in the worker. */
const errorClasses = [
  ContentError,
  DeviceError,
  ExecutorError,
  LayerError,
  SnapshotError,
  StreamError,
  SysError,
  TarEncodeError,
  TarError,
  TreeError,
  WorkerError,
] as const;

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
