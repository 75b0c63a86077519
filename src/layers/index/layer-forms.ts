import type { Compression, Descriptor, Digest, DiffID } from '../../core/oci/index.ts';
import type { PlanEntry } from '../../core/tree/index.ts';

/** Forms in which a layer is kept. `dir`: unpacked, mountable. `tar`: the plain tar. A compression: a blob. */
export interface LayerForms {
  readonly dir: boolean;
  readonly tar: boolean;
  readonly blob?: { readonly compression: Compression; readonly level?: number };
}

/** Those that every process can make; an unpacked folder is the worker's to make. */
export type ArchiveForms = Omit<LayerForms, 'dir'>;

/** What became of a layer. */
export interface LayerRecord {
  readonly diffID: DiffID;
  readonly contentDigest: Digest;
  readonly entryCount: number;
  readonly tarSize: number;
  /** Where a blob was asked for. */
  readonly blob?: Descriptor;
}

export interface WriteLayerRequest<Forms extends ArchiveForms = LayerForms> {
  /** Parents come before children, targets of hard links before the links. */
  readonly entries: readonly PlanEntry[];
  readonly forms: Forms;
  /** Seconds since 1970. Later times are set to this. */
  readonly sourceDateEpoch?: number;
}

export interface CommitRequest {
  readonly forms: ArchiveForms;
  /** Seconds since 1970. Later times are set to this. */
  readonly sourceDateEpoch?: number;
  /** The chain that the upper folder was mounted over, lowest first. What is the same there is left out of the layer. Their indexes must be in the store. */
  readonly below: readonly DiffID[];
}

export interface EnsureDirOptions {
  /** The chain below, lowest first: folders that the layer only implies get their attributes from there. Default: none, and they are root's, 0755. */
  readonly below?: readonly DiffID[];
  /**
   * A file that another process is still writing, which is to become the layer's blob; nothing is left where it turns out not to be the layer, or is larger unpacked than
   * `freeBytes`. Default: the layer's bytes are in the store.
   */
  readonly arriving?: ArrivingBlob;
}

export interface ArrivingBlob {
  readonly path: string;
  readonly descriptor: Descriptor;
}

/** Which forms of a layer there are. */
export interface PresentForms {
  readonly index: boolean;
  readonly dir: boolean;
  readonly tar: boolean;
  readonly blobs: readonly Descriptor[];
}
