import { BuildError } from '../../core/errors.ts';

export type SnapshotErrorCode =
  /** A chain has more layers than can be mounted. */
  'SNAPSHOT_TOO_DEEP';

export class SnapshotError extends BuildError<SnapshotErrorCode> {}

/** The most lower folders of an overlay (OVL_MAX_STACK); one is for an empty folder below. */
const maxLayers = 499;

/**
 * The chain, topmost first, without the repetitions of a layer below. They change nothing: whatever a layer says about a path, hiding what is below included, it has
 * said where it is topmost, and to say it again further down adds nothing. The kernel refuses a folder that stands in the chain twice.
 */
export function topmost<T>(topFirst: readonly T[]): readonly T[] {
  return [...new Set(topFirst)];
}

/** Errors: SNAPSHOT_TOO_DEEP for a chain with more different layers than the kernel can mount. */
export function checkDepth(chain: readonly string[]): void {
  const { size } = new Set(chain);
  if (size <= maxLayers) return;
  throw snapshotError(
    'SNAPSHOT_TOO_DEEP',
    `Cannot mount ${size} layers: the kernel's limit is ${maxLayers}`,
    'Build on an image with fewer layers, or join RUN, COPY and ADD instructions.',
  );
}

function snapshotError(code: SnapshotErrorCode, message: string, hint: string): SnapshotError {
  return new SnapshotError(code, message, { family: 'validation', hint });
}
