export type * from './op.ts';
export { type Vertex, type VertexMeta, makeVertex } from './vertex.ts';
export { canonicalJSON } from './canonical-json.ts';
export { keyOp } from './key-op.ts';
export { reachable } from './reachable.ts';
