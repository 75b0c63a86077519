import { BuildError } from '../../core/errors.ts';

export type DeviceErrorCode =
  /** A file of the Container Device Interface does not say what it must. */
  | 'CDI_INVALID'
  /** What RUN --device names can be no device. */
  | 'DEVICE_INVALID'
  /** A required device is not described on this host, or what its description names is not there. */
  | 'DEVICE_MISSING';

export class DeviceError extends BuildError<DeviceErrorCode> {}

export function deviceError(code: DeviceErrorCode, message: string, hint?: string, cause?: unknown): DeviceError {
  return new DeviceError(code, message, { family: 'execution', hint, cause });
}
