import type { LayerForms, LayerRecord } from '../write/index.ts';
import type { StepExit, StepRequest } from '../executor/index.ts';

export type { EnsureDirOptions, LayerForms, LayerRecord, WriteLayerRequest } from '../write/index.ts';
export type { ContainerEdits } from '../../host/devices/index.ts';
export type { OutputLimits, StepMount } from '../executor/index.ts';

/** A step, and what is to become of its changes. */
export interface RunRequest extends StepRequest {
  readonly forms: LayerForms;
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

/** What the worker's program is told by its argument. */
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
export type Greeting = { readonly kind: 'ready'; readonly facts: WorkerFacts } | { readonly kind: 'failed'; readonly error: import('./error.ts').WireError };
