import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../content/index.ts';
import { digestOf, parseReference, type Descriptor, type Reference } from '../../core/oci/index.ts';
import { RegistryClient, type RegistryClientOptions } from './client.ts';
import type { CredentialSource, Credentials } from './credentials.ts';

/** A client and a store of its own, for tests. Waits between retries are noted and not waited for. */
export interface TestClient extends Disposable {
  readonly client: RegistryClient;
  readonly store: Store;
  readonly waitsMs: number[];
  readonly signal: AbortSignal;
}

export function testClient(options: Partial<RegistryClientOptions> = {}): TestClient {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-registry-'));
  const store = openStore(join(folder, 'store'));
  const waitsMs: number[] = [];
  const sleep = async (delayMs: number): Promise<void> => void waitsMs.push(delayMs);
  const client = new RegistryClient({ userAgent: 'ossb/test', certificateFolders: [], retry: { sleep, random: () => 0 }, ...options });
  return {
    client,
    store,
    waitsMs,
    signal: new AbortController().signal,
    [Symbol.dispose]() {
      client.close();
      store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export function blobOf(bytes: Buffer | string): Descriptor {
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(bytes), size: Buffer.byteLength(bytes) };
}

export function refAt(host: string, path: string): Reference {
  return parseReference(`${host}/${path}`);
}

/** A small manifest of no layers. */
export function manifestOf(config: Buffer | string, annotation = ''): Buffer {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config: blobOf(config), layers: [], annotations: { note: annotation } }));
}

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** Credentials given by the caller, by host. */
export function fixedCredentials(name: string, byHost: Readonly<Record<string, Credentials>>): CredentialSource {
  return { name, find: async (host) => byHost[host] };
}
