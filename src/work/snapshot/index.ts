export { Overlays, type Mounted, type OverlayOptions, type OverlayRequest } from './overlay.ts';
