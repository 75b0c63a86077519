import type { Compression, Descriptor, DiffID } from '../../core/oci/index.ts';
import type { ArchiveForms, CommitRequest, EnsureDirOptions, LayerRecord, WriteLayerRequest } from '../../layers/index/index.ts';
import type { Method } from './calls.ts';
import type { PackedEntries } from './packed-entries.ts';
import type { StepExit, StepRequest } from './step.ts';
import type { WireError } from './wire-error.ts';

/** What the worker process does for the main process. */
export type WorkerMethods = {
  /** Runs a step on unpacked layers and makes a layer of its changes. Errors: those of the executor and of UnpackedLayers. */
  readonly run: Method<readonly [request: RunRequest], RunResult, OutputEvent>;
  /** As UnpackedLayers.write. */
  readonly writeLayer: Method<readonly [request: WriteLayerRequest], LayerRecord, never>;
} & Pick<FolderMethods, 'unpackLayer' | 'ensureBlob' | 'exportDir' | 'exportTar' | 'removeFolders'>;

/** What a thread does in every process: it needs no namespace. */
export type ArchiveMethods = {
  /** As LayerPacker.write. */
  readonly packLayer: Method<readonly [request: Omit<WriteLayerRequest<ArchiveForms>, 'entries'>, entries: PackedEntries], LayerRecord, never>;
  /** As LayerPacker.ensureIndex. */
  readonly indexLayer: Method<readonly [diffID: DiffID], void, never>;
  /** As LayerPacker.ensureBlob. */
  readonly ensureBlob: Method<readonly [diffID: DiffID, compression: Compression, level: number | undefined], Descriptor, never>;
  /** As LayerPacker.exportTar. */
  readonly exportTar: Method<readonly [layers: readonly DiffID[], destination: string], void, never>;
};

/** What a thread of the worker process does besides: it makes and reads folders of the ids of its user namespace. */
export type FolderMethods = ArchiveMethods & {
  /** As UnpackedLayers.write. */
  readonly writeLayer: Method<readonly [request: Omit<WriteLayerRequest, 'entries'>, entries: PackedEntries], LayerRecord, never>;
  /** As UnpackedLayers.commitUpper. */
  readonly commitUpper: Method<readonly [upper: string, request: CommitRequest], LayerRecord, never>;
  /** As UnpackedLayers.ensureDir. */
  readonly unpackLayer: Method<readonly [diffID: DiffID, options: EnsureDirOptions], void, never>;
  /** As UnpackedLayers.exportDir. */
  readonly exportDir: Method<readonly [layers: readonly DiffID[], destination: string], void, never>;
  /** Removes folders. Returns those that it could not remove: they belong to other ids. */
  readonly removeFolders: Method<readonly [paths: readonly string[]], readonly string[], never>;
};

/** A step, and what is to become of its changes. */
export interface RunRequest extends StepRequest {
  readonly forms: ArchiveForms;
  /** Seconds since 1970. Later times are set to this. */
  readonly sourceDateEpoch?: number;
}

/** 'exit': the command ended with a status other than 0, and there is no layer. */
export type RunResult = ({ readonly kind: 'exit' } & StepExit) | { readonly kind: 'layer'; readonly layer: LayerRecord };

/** Output of a step, as it crosses the channel. */
export interface OutputEvent {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Uint8Array;
}

/** The argument of the worker's program. */
export interface WorkerOptions {
  readonly storeRoot: string;
  /** Of the ids in the worker's user namespace: see IdMapping. */
  readonly mappingID: string;
}

/** What the worker found out about where it runs. */
export interface WorkerFacts {
  readonly userNamespace: boolean;
  /** Ids in that namespace, from 0. */
  readonly mappedIDs: number;
}

/** The first message of the worker, before any answer. */
export type Greeting = { readonly kind: 'ready'; readonly facts: WorkerFacts } | { readonly kind: 'failed'; readonly error: WireError };
