import type { SourceLocation } from '../../../core/errors.ts';
import type { GitOp, HttpOp, Vertex } from '../../graph/index.ts';
import type { Conversion } from './conversion.ts';
import type { ContextOrigin, ResolvedImage } from '../request.ts';

/** The vertex that holds the files of a context. Its op is 'local' where they are a folder of the user's. */
export function contextVertex(
  conversion: Conversion,
  origin: ContextOrigin,
  names: { readonly shown: string; readonly local: string },
  location?: SourceLocation,
): Vertex {
  const meta = (name: string): { name: string; location?: SourceLocation } => ({ name, ...(location && { location }) });
  switch (origin.kind) {
    case 'local':
      return conversion.vertex({ kind: 'local', name: origin.name, ...(origin.keepOwner && { keepOwner: true }) }, [], { name: names.local });
    case 'image':
      return imageVertex(conversion, origin.image, `${names.shown} ${origin.image.ref}`, location);
    case 'oci-layout': {
      const { manifest, platform, config } = origin.image;
      if (config.rootfs.diff_ids.length === 0) return scratchVertex(conversion);
      const op = { kind: 'oci-layout', path: origin.path, manifest, platform, diffIDs: config.rootfs.diff_ids } as const;
      return conversion.vertex(op, [], meta(`${names.shown} OCI load from client`));
    }
    case 'git': {
      const op: GitOp = origin;
      return conversion.vertex(op, [], meta(`${names.shown} ${op.url}`));
    }
    case 'http': {
      const { unpack, ...op } = origin;
      const file = conversion.vertex(op satisfies HttpOp, [], meta(`${names.shown} ${op.url}`));
      return unpack ? unpackedArchive(conversion, file, op.filename ?? 'context', names.shown) : file;
    }
    case 'scratch':
      return scratchVertex(conversion);
    default:
      return origin satisfies never;
  }
}

/** The filesystem of an image; one without layers is the empty one. */
export function imageVertex(conversion: Conversion, image: ResolvedImage, name: string, location: SourceLocation | undefined): Vertex {
  const { ref, manifest, platform, config } = image;
  if (config.rootfs.diff_ids.length === 0) return scratchVertex(conversion);
  const op = { kind: 'image', ref, manifest, platform, diffIDs: config.rootfs.diff_ids } as const;
  return conversion.vertex(op, [], { name, ...(location && { location }) });
}

export function scratchVertex(conversion: Conversion): Vertex {
  return conversion.vertex({ kind: 'scratch' }, [], { name: '[internal] scratch' });
}

/** The main context, as COPY and ADD read it. */
export function mainContext(conversion: Conversion): Vertex {
  return contextVertex(conversion, conversion.request.mainContext ?? { kind: 'local', name: 'context' }, {
    shown: '[internal] load build context',
    local: '[internal] load build context',
  });
}

/**
 * The same files as a state that can be mounted or built upon. A folder of the user's is no such state: what is needed of it is copied onto scratch, under the path
 * that it has in the folder, and with its own attributes, which a step sees on what it has mounted.
 */
export function mountableVertex(conversion: Conversion, vertex: Vertex, path: string): Vertex {
  if (vertex.op.kind !== 'local') return vertex;
  const contentsOnly = path === '/';
  const source = { kind: 'paths', input: 1, pattern: path, wildcard: false, allowEmpty: false, contentsOnly, unpack: false } as const;
  const keepOwner = vertex.op.keepOwner === true;
  const copy = { kind: 'copy', sources: [source], destination: path, destinationIsDir: path === '/', exclude: [], keepOwner, link: false } as const;
  return conversion.vertex(copy, [scratchVertex(conversion), vertex], { name: `${vertex.meta.name} ${path}` });
}

function unpackedArchive(conversion: Conversion, file: Vertex, filename: string, shown: string): Vertex {
  const source = { kind: 'paths', input: 1, pattern: `/${filename}`, wildcard: false, allowEmpty: false, contentsOnly: false, unpack: 'auto' } as const;
  const copy = { kind: 'copy', sources: [source], destination: '/', destinationIsDir: true, exclude: [], keepOwner: true, link: false } as const;
  return conversion.vertex(copy, [scratchVertex(conversion), file], { name: `${shown} unpack` });
}
