import type { FolderAttributes } from '../index/index.ts';
import type { LayerEntry } from '../../core/tree/index.ts';

/**
 * Where a layer's files go while its tar is read or written, for its unpacked form. Owners and overlayfs marks can be set only in the worker's namespaces, so its
 * implementation is there, and the main process has none. Parents that are missing are made. All is synchronous.
 */
export interface FolderSink {
  folder(entry: LayerEntry): void;
  /** Opens a new file for writing; `closeFile` must follow. */
  openFile(entry: LayerEntry): number;
  /** Gives the file its attributes. Its size must be complete. */
  closeFile(fd: number, entry: LayerEntry): void;
  symlink(entry: LayerEntry): void;
  hardlink(entry: LayerEntry): void;
  /** A hard link gave other attributes to its file. */
  change(entry: LayerEntry): void;
  /** A device or a named pipe. */
  node(entry: LayerEntry): void;
  whiteout(path: string): void;
  opaque(path: string): void;
  /** Removes what an earlier entry of the layer made. `gone`: all its paths. */
  remove(path: string, gone: readonly string[]): void;
  /** Sets modes, owners and times of folders; those of `implied` are the ones that the layer only shows in paths. */
  finish(implied: ReadonlyMap<string, FolderAttributes>): void;
}
