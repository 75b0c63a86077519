export { SnapshotError, type SnapshotErrorCode } from './error.ts';
export { checkDepth } from './chain.ts';
export { Overlays, type Mounted, type OverlayOptions, type OverlayRequest } from './overlay.ts';
