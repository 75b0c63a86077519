export { ImageResolver, type ResolvedImage, type ResolverOptions } from './image-resolver.ts';
export { importOciLayout, LayoutError, type LayoutPorts } from './oci-layout-source.ts';
