export { Overlays, type Mounted, type OverlayOptions, type OverlayRequest } from './overlay.ts';
export { checkDepth } from './chain.ts';
export { SnapshotError, type SnapshotErrorCode } from './error.ts';
