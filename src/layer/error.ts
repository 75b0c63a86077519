import { BuildError, type ErrorFamily } from '../errors.ts';

export type LayerErrorCode =
  /** Not in the store in the form that is needed. */
  | 'LAYER_MISSING'
  /** Its bytes are not those that its diffID promises. */
  | 'LAYER_MISMATCH'
  /** Made to write where it must not, or to exhaust the disk. */
  | 'LAYER_HOSTILE'
  /** A layer that makes no sense. */
  | 'LAYER_INVALID'
  /** A file was changed while the layer was written. */
  | 'LAYER_SOURCE_CHANGED'
  /** A file that cannot be read. */
  | 'LAYER_UNREADABLE'
  /** A file that cannot be written. */
  | 'LAYER_UNWRITABLE';

export class LayerError extends BuildError<LayerErrorCode> {}

const families: Readonly<Record<LayerErrorCode, ErrorFamily>> = {
  LAYER_MISSING: 'internal',
  LAYER_MISMATCH: 'manifest',
  LAYER_HOSTILE: 'validation',
  LAYER_INVALID: 'validation',
  LAYER_SOURCE_CHANGED: 'filesystem',
  LAYER_UNREADABLE: 'filesystem',
  LAYER_UNWRITABLE: 'filesystem',
};

export function layerError(code: LayerErrorCode, message: string, hint?: string, cause?: unknown): LayerError {
  return new LayerError(code, message, { family: families[code], hint, cause });
}

export function hostile(path: string, found: string): LayerError {
  return layerError('LAYER_HOSTILE', `Cannot unpack ${JSON.stringify(path)} of a layer: ${found}`, 'The image is damaged or made to do harm; do not use it.');
}
