import { BuildError, type ErrorFamily } from '../../core/errors.ts';
import type { DiffID } from '../../core/oci/index.ts';

export type LayerErrorCode =
  /** Not in the store in the form that is needed. */
  | 'LAYER_MISSING'
  /** What the store kept of it was damaged, and has been removed: built again, it is made or fetched anew. */
  | 'LAYER_DAMAGED'
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
  LAYER_DAMAGED: 'filesystem',
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

export function damagedLayer(diffID: string, found: string, cause?: unknown): LayerError {
  return new LayerError('LAYER_DAMAGED', `Cannot use what the store has of layer ${diffID}: ${found}`, {
    family: 'filesystem',
    hint: 'It was removed. Build again; the layer is then made or fetched anew.',
    retryable: true,
    cause,
  });
}

export function hostile(path: string, found: string): LayerError {
  return layerError('LAYER_HOSTILE', `Cannot unpack ${JSON.stringify(path)} of a layer: ${found}`, 'The image is damaged or made to do harm; do not use it.');
}

export function missing(diffID: DiffID): Error {
  return layerError('LAYER_MISSING', `Cannot use layer ${diffID}: its bytes are not in the store`, 'Build again; the layer is then made or fetched anew.');
}
