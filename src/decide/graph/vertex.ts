import type { SourceLocation } from '../../core/errors.ts';
import type { Digest } from '../../core/oci/index.ts';
import { digestOf } from '../../core/oci/index.ts';
import { canonicalJSON } from './canonical-json.ts';
import type { Op } from './op.ts';

/** A node of the build graph. Two vertices with the same digest are the same vertex. */
export interface Vertex {
  readonly op: Op;
  readonly inputs: readonly Vertex[];
  /** H(op, digests of the inputs). */
  readonly digest: Digest;
  readonly meta: VertexMeta;
}

/** What a vertex is called and where it stands. No part of the digest. */
export interface VertexMeta {
  /** As shown, for instance `[build 2/5] RUN make`. */
  readonly name: string;
  readonly location?: SourceLocation;
  /** Do not look the result up, make it anew (`--no-cache`). */
  readonly ignoreCache?: boolean;
  /** The stage that it was written in. */
  readonly stage?: string;
}

export function makeVertex(op: Op, inputs: readonly Vertex[], meta: VertexMeta): Vertex {
  return { op, inputs, digest: digestOf(canonicalJSON({ op, inputs: inputs.map((input) => input.digest) })), meta };
}
