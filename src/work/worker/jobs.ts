import { rmSync } from 'node:fs';
import type { LayerPacker } from '../../layers/pack/index.ts';
import { unpackEntries, type FolderMethods, type Served } from '../protocol/index.ts';
import type { UnpackedLayers } from '../write/index.ts';

/** The work that keeps a processor busy: it runs in threads. */
export function layerJobs(packer: LayerPacker, unpacked: UnpackedLayers): Served<FolderMethods> {
  return {
    packLayer: ([request, entries], { signal }) => packer.write({ ...request, entries: unpackEntries(entries) }, signal),
    writeLayer: ([request, entries], { signal }) => unpacked.write({ ...request, entries: unpackEntries(entries) }, signal),
    commitUpper: ([upper, request], { signal }) => unpacked.commitUpper(upper, request, signal),
    indexLayer: async ([diffID], { signal }) => {
      await packer.ensureIndex(diffID, signal);
    },
    unpackLayer: async ([diffID, options], { signal }) => {
      await unpacked.ensureDir(diffID, signal, options);
    },
    ensureBlob: ([diffID, compression, level], { signal }) => packer.ensureBlob(diffID, compression, level, signal),
    exportTar: ([layers, destination], { signal }) => packer.exportTar(layers, destination, signal),
    exportDir: ([layers, destination], { signal }) => unpacked.exportDir(layers, destination, signal),
    removeFolders: async ([paths]) => paths.filter((path) => !isRemoved(path)),
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
