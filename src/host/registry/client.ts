import type { BlobStore } from '../content/index.ts';
import { HttpClient, isLoopback, type HttpClientOptions } from '../http/index.ts';
import { familiarReference, type Descriptor, type Digest, type Reference } from '../../core/oci/index.ts';
import { retry, type RetryOptions } from '../../core/stream/index.ts';
import { allFailed } from './all-failed.ts';
import { isHostDown } from './connection-error.ts';
import type { CredentialSource } from './credentials.ts';
import { RegistryError } from './error.ts';
import { RegistryHost } from './host.ts';
import { fetchManifest, putManifest, resolveManifest, type ManifestDocument, type Target } from './manifest.ts';
import { endpointsOf, originOf, type Endpoint, type Mirrors } from './mirrors.ts';
import { hasBlob, pullBlob, type OnProgress } from './pull-blob.ts';
import { openUpload, uploadChunked, uploadWhole, type UploadSession } from './push-blob.ts';
import { SharedWork } from './shared-work.ts';

export interface RegistryClientOptions extends Omit<HttpClientOptions, 'certificates' | 'isInsecure'> {
  /** Asked in turn when a registry wants credentials. Default: none. */
  readonly credentials?: readonly CredentialSource[];
  /** By registry host, places to pull from before it: `host[:port][/path]` or a URL. Never pushed to. */
  readonly mirrors?: Mirrors;
  /** Hosts, with port where they have one, that may speak plain HTTP or have unchecked certificates. This machine itself always may. */
  readonly insecure?: readonly string[];
  /** Folders as docker's; default `/etc/docker/certs.d`. */
  readonly certificateFolders?: readonly string[];
  /** PEM files with authorities to trust besides the usual ones. */
  readonly caFiles?: readonly string[];
  /** Bytes of one request, once a registry has refused a blob as too large for a single one. Default 32 MiB. */
  readonly chunkBytes?: number;
  /** How faults that may pass are retried. */
  readonly retry?: Omit<RetryOptions, 'signal' | 'isRetryable'>;
}

export interface TransferOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
}

export interface PullBlobOptions extends TransferOptions {
  /** Called with the file that grows to be the blob, once for each attempt; not verified before pullBlob has ended. Not called where nothing is downloaded here. */
  readonly onFile?: (path: string) => void;
}

export interface PushBlobOptions extends TransferOptions {
  /** A repository of the same registry that is thought to have the blob. */
  readonly mountFrom?: string;
  /** Called before an upload; makes sure the verified bytes are in the store. */
  readonly beforeUpload?: () => Promise<void>;
}

export interface ResolveOptions {
  /** Whether mirrors are asked. Default true. */
  readonly mirrors?: boolean;
  /** Whether a push to the same repository is likely to follow: then one token serves both. Default false. */
  readonly push?: boolean;
}

/**
 * A client of any number of registries (OCI distribution spec 1.1). Connections, tokens and what is known of each host are kept until `close`.
 * What may pass is retried; mirrors are tried before their registry. Every method throws RegistryError, or the signal's reason.
 */
export class RegistryClient {
  readonly #options: RegistryClientOptions;
  readonly #http: HttpClient;
  readonly #hosts = new Map<string, RegistryHost>();
  readonly #pulls = new SharedWork<void>();
  readonly #pushes = new SharedWork<void>();
  /** Blobs known to be at a repository. */
  readonly #present = new Set<string>();
  /** Uploads that a registry opened instead of mounting. */
  readonly #sessions = new Map<string, UploadSession>();

  constructor(options: RegistryClientOptions) {
    this.#options = options;
    const { certificateFolders = ['/etc/docker/certs.d'], caFiles = [] } = options;
    this.#http = new HttpClient({ ...options, certificates: { folders: certificateFolders, caFiles }, isInsecure: (host) => this.#isInsecure(host) });
  }

  /** What a reference stands for, by one HEAD request where the registry keeps to the spec. */
  resolve(ref: Reference, signal: AbortSignal, { mirrors = true, push = false }: ResolveOptions = {}): Promise<Descriptor> {
    const targets = mirrors ? this.#sources(ref) : [this.#origin(ref)];
    return this.#fromAny(targets, signal, (target) => resolveManifest(target, ref, push ? 'push' : 'pull', signal));
  }

  /** A manifest or index, verified against the reference's digest where it has one. */
  fetchManifest(ref: Reference, signal: AbortSignal): Promise<ManifestDocument> {
    return this.#fromAny(this.#sources(ref), signal, (target) => fetchManifest(target, ref, signal));
  }

  /** Has the blob in the store: downloads and verifies it where it is not. Equal wishes at once are one download, also across processes. */
  async pullBlob(ref: Reference, descriptor: Descriptor, blobs: BlobStore, { signal, onProgress = () => {}, onFile }: PullBlobOptions): Promise<void> {
    if (blobs.has(descriptor.digest)) return;
    await this.#pulls.run(blobs.path(descriptor.digest), signal, async (shared) => {
      using _lock = await blobs.lock(descriptor.digest, shared);
      if (blobs.has(descriptor.digest)) return;
      await this.#fromAny(this.#sources(ref), shared, (target) => pullBlob(target, descriptor, familiarReference(ref), blobs, onProgress, shared, onFile));
    });
  }

  /** Whether the repository, not a mirror of it, has the blob. */
  async hasBlob(ref: Reference, digest: Digest, signal: AbortSignal): Promise<boolean> {
    const target = this.#origin(ref);
    const key = presenceKey(target, digest);
    if (this.#present.has(key)) return true;
    const found = await this.#retried(target, signal, () => hasBlob(target, { digest }, familiarReference(ref), 'push', signal));
    if (found) this.#present.add(key);
    return found;
  }

  /** Asks the registry to take the blob from another of its repositories. False where it does not; the upload that it may open instead serves the next pushBlob. */
  async mountBlob(ref: Reference, digest: Digest, fromRepository: string, signal: AbortSignal): Promise<boolean> {
    const target = this.#origin(ref);
    const key = presenceKey(target, digest);
    if (this.#present.has(key)) return true;
    try {
      const session = await this.#retried(target, signal, () => openUpload(target, familiarReference(ref), { digest, from: fromRepository }, signal));
      if (session) this.#sessions.set(key, session);
      else this.#present.add(key);
      return session === undefined;
    } catch (error) {
      // No right to read there, or a registry that knows no mounts: then the bytes must be sent.
      if (error instanceof RegistryError && ['UNAUTHORIZED', 'DENIED', 'REGISTRY_REFUSED', 'BLOB_UNKNOWN', 'NAME_UNKNOWN'].includes(error.code)) return false;
      throw error;
    }
  }

  /** Has the blob at the repository: does nothing where it is there, else mounts or uploads it. Equal pushes at once are one upload. */
  async pushBlob(
    ref: Reference,
    descriptor: Descriptor,
    blobs: BlobStore,
    { signal, onProgress = () => {}, mountFrom, beforeUpload }: PushBlobOptions,
  ): Promise<void> {
    const target = this.#origin(ref);
    const key = presenceKey(target, descriptor.digest);
    if (this.#present.has(key)) return;
    await this.#pushes.run(key, signal, async (shared) => {
      if (!this.#sessions.has(key)) {
        if (mountFrom !== undefined && mountFrom !== ref.repository && (await this.mountBlob(ref, descriptor.digest, mountFrom, shared))) return;
        if (!this.#sessions.has(key) && (await this.hasBlob(ref, descriptor.digest, shared))) return;
      }
      await beforeUpload?.();
      await this.#upload(target, key, ref, descriptor, blobs, onProgress, shared);
      this.#present.add(key);
    });
  }

  /** Stores a manifest or index under the reference's tag, or under its digest where it has no tag. Its blobs must be there. */
  pushManifest(ref: Reference, bytes: Uint8Array, mediaType: string, signal: AbortSignal): Promise<Descriptor> {
    const target = this.#origin(ref);
    return this.#retried(target, signal, () => putManifest(target, ref, bytes, mediaType, signal));
  }

  /** Closes all connections; what is under way fails. */
  close(): void {
    this.#http.close();
  }

  #upload(target: Target, key: string, ref: Reference, descriptor: Descriptor, blobs: BlobStore, onProgress: OnProgress, signal: AbortSignal): Promise<void> {
    const name = familiarReference(ref);
    let chunked = false;
    return this.#retried(target, signal, async () => {
      const take = async (): Promise<UploadSession> => {
        const opened = this.#sessions.get(key);
        this.#sessions.delete(key);
        return opened ?? (await openUpload(target, name, undefined, signal))!;
      };
      const { chunkBytes = 32 << 20 } = this.#options;
      if (!chunked) {
        try {
          return await uploadWhole(target, name, await take(), descriptor, blobs, onProgress, signal);
        } catch (error) {
          if (!(error instanceof RegistryError) || error.status !== 413 || descriptor.size <= chunkBytes) throw error;
          chunked = true;
        }
      }
      return uploadChunked(target, name, await take(), descriptor, blobs, chunkBytes, onProgress, signal);
    });
  }

  /** Tries the targets in turn. Errors: as `allFailed` has it. */
  async #fromAny<T>(targets: readonly Target[], signal: AbortSignal, work: (target: Target) => Promise<T>): Promise<T> {
    const failures: RegistryError[] = [];
    for (const [i, target] of targets.entries()) {
      const isLast = i === targets.length - 1;
      if (!isLast && target.host.down) continue;
      try {
        return await this.#retried(target, signal, () => work(target), !isLast);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof RegistryError)) throw error;
        failures.push(error);
        if (isLast) throw allFailed(failures);
      }
    }
    throw new Error('no place to ask');
  }

  async #retried<T>(target: Target, signal: AbortSignal, work: () => Promise<T>, isMirror = false): Promise<T> {
    let downs = 0;
    const isRetryable = (error: unknown): boolean => {
      if (!(error instanceof RegistryError) || !error.retryable) return false;
      if (!isHostDown(error)) return true;
      target.host.down = true;
      // Somebody may just be starting it; but a wrong name does not get better, and a mirror has another behind it.
      return !isMirror && ++downs <= 2 && (error.cause as NodeJS.ErrnoException).code !== 'ENOTFOUND';
    };
    return retry(work, { ...this.#options.retry, ...(isMirror ? { attempts: Math.min(2, this.#options.retry?.attempts ?? 2) } : {}), signal, isRetryable });
  }

  #sources(ref: Reference): Target[] {
    return endpointsOf(ref, this.#options.mirrors ?? {}).map((endpoint) => this.#target(endpoint));
  }

  #origin(ref: Reference): Target {
    return this.#target(originOf(ref));
  }

  #target({ host, scheme, repository }: Endpoint): Target {
    const key = `${scheme ?? ''} ${host}`;
    let known = this.#hosts.get(key);
    if (!known) {
      known = new RegistryHost({
        host,
        scheme,
        insecure: this.#isInsecure(host),
        http: this.#http,
        sources: this.#options.credentials ?? [],
      });
      this.#hosts.set(key, known);
    }
    return { host: known, repository };
  }

  #isInsecure(host: string): boolean {
    return isLoopback(host) || (this.#options.insecure ?? []).some((insecure) => insecure === host || sameHost(insecure, host));
  }
}

/** As URLs have it: the standard port of HTTPS may be left out. */
function sameHost(a: string, b: string): boolean {
  return URL.canParse(`https://${a}`) && new URL(`https://${a}`).host === new URL(`https://${b}`).host;
}

function presenceKey({ host, repository }: Target, digest: Digest): string {
  return `${host.host}/${repository}@${digest}`;
}
