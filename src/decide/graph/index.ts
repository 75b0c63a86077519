export { reachable } from './reachable.ts';
export { type Vertex, makeVertex, type VertexMeta } from './vertex.ts';
export type { RunOp, RunMountOf, GitOp, HttpOp, Op, CopySource, CopyOp, RunMount, MkdirOp, ScratchOp, ImageOp, LocalOp, OciLayoutOp, MergeOp } from './op.ts';
export { canonicalJSON } from './canonical-json.ts';
export { keyOp } from './key-op.ts';
