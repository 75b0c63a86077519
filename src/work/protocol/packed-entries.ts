import { deserialize, serialize } from 'node:v8';
import type { PlanEntry } from '../../core/tree/index.ts';

/** Entries on their way to a thread: pieces that are copied as mere bytes. */
export type PackedEntries = readonly Uint8Array[];

/** Makes ready for a message, whose own copying of a million entries would keep the event loop waiting for seconds. Errors: the signal's reason. */
export async function packEntries(entries: readonly PlanEntry[], signal: AbortSignal): Promise<PackedEntries> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < entries.length; at += entriesAtOnce) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    const bytes = serialize(entries.slice(at, at + entriesAtOnce));
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    parts.push(shared);
  }
  return parts;
}

export function unpackEntries(parts: PackedEntries): readonly PlanEntry[] {
  return parts.flatMap((part) => deserialize(part) as readonly PlanEntry[]);
}

const entriesAtOnce = 5000;
