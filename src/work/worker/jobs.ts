import { rmSync } from 'node:fs';
import type { CommitRequest, EnsureDirOptions, LayerStore, WriteLayerRequest } from '../write/index.ts';
import type { Compression, DiffID } from '../../core/oci/index.ts';
import type { Methods } from './calls.ts';
import { unpackEntries, type PackedEntries } from './packed-entries.ts';

/** The work that keeps a processor busy: it runs in the pool's threads, and small pieces of it in the worker's main thread. */
export function layerJobs(layers: LayerStore): Methods {
  return {
    writeLayer: ([request], { signal }) => layers.write(request as WriteLayerRequest, signal),
    writeEntries: ([request, parts], { signal }) =>
      layers.write({ ...(request as Omit<WriteLayerRequest, 'entries'>), entries: unpackEntries(parts as PackedEntries) }, signal),
    commitUpper: ([upper, request], { signal }) => layers.commitUpper(upper as string, request as CommitRequest, signal),
    indexLayer: async ([diffID], { signal }) => {
      await layers.ensureIndex(diffID as DiffID, signal);
    },
    unpackLayer: async ([diffID, options], { signal }) => {
      await layers.ensureDir(diffID as DiffID, signal, options as EnsureDirOptions);
    },
    ensureBlob: ([diffID, compression, level], { signal }) =>
      layers.ensureBlob(diffID as DiffID, compression as Compression, level as number | undefined, signal),
    exportTree: ([diffIDs, destination, form], { signal }) =>
      layers.exportTree(diffIDs as readonly DiffID[], destination as string, form as 'dir' | 'tar', signal),
    removeFolders: async ([paths]) => (paths as readonly string[]).filter((path) => !isRemoved(path)),
  };
}

function isRemoved(path: string): boolean {
  try {
    rmSync(path, { recursive: true, force: true });
    return true;
  } catch {
    return false;
  }
}
