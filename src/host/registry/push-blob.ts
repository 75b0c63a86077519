import type { BlobStore } from '../content/index.ts';
import type { Descriptor, Digest } from '../../core/oci/index.ts';
import { RegistryError } from './error.ts';
import type { RegistryResponse } from './host.ts';
import type { Target } from './manifest.ts';
import type { OnProgress } from './pull-blob.ts';
import { readText, statusError } from './status-error.ts';
import type { Body } from '../http/index.ts';

/** An upload that the registry has opened: where the bytes go. */
export interface UploadSession {
  readonly location: URL;
}

/**
 * Opens an upload. With `mount`, the registry may take the blob from another repository instead: then undefined is returned and there is nothing to send.
 * Errors: DENIED, REGISTRY_REFUSED, REGISTRY_PROTOCOL, and those of RegistryHost.
 */
export async function openUpload(
  target: Target,
  name: string,
  mount: { readonly digest: Digest; readonly from: string } | undefined,
  signal: AbortSignal,
): Promise<UploadSession | undefined> {
  const doing = `push to ${name}`;
  const query =
    mount === undefined ? '' : `?${new URLSearchParams({ mount: mount.digest, from: mount.from }).toString().replaceAll('%2F', '/').replaceAll('%3A', ':')}`;
  const response = await target.host.request({
    method: 'POST',
    target: `/v2/${target.repository}/blobs/uploads/${query}`,
    scope: { repository: target.repository, action: 'push', ...(mount === undefined ? {} : { alsoPull: mount.from }) },
    doing,
    signal,
  });
  if (response.status === 201 && mount !== undefined) {
    await readText(response);
    return undefined;
  }
  if (response.status !== 202 && response.status !== 201) throw await statusError(response, doing, target.host.host, 'BLOB_UNKNOWN');
  await readText(response);
  return { location: locationOf(response, target, doing) };
}

/** Sends the whole blob in one PUT. Errors: REGISTRY_DIGEST_MISMATCH, REGISTRY_REFUSED (413: too large for one request), and those of RegistryHost. */
export async function uploadWhole(
  target: Target,
  name: string,
  session: UploadSession,
  descriptor: Descriptor,
  blobs: BlobStore,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<void> {
  const doing = `push blob ${descriptor.digest} to ${name}`;
  const response = await target.host.request({
    method: 'PUT',
    target: withDigest(session.location, descriptor.digest),
    headers: { 'content-type': 'application/octet-stream' },
    body: blobBody(blobs, descriptor, 0, descriptor.size, onProgress),
    scope: { repository: target.repository, action: 'push' },
    doing,
    signal,
  });
  await expectCreated(response, target, doing);
}

/** Sends the blob in pieces of `chunkBytes`; for registries and proxies that limit the size of a request. A piece that fails is sent again from where the registry is. */
export async function uploadChunked(
  target: Target,
  name: string,
  session: UploadSession,
  descriptor: Descriptor,
  blobs: BlobStore,
  chunkBytes: number,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<void> {
  const doing = `push blob ${descriptor.digest} to ${name}`;
  const scope = { repository: target.repository, action: 'push' } as const;
  let { location } = session;
  for (let start = 0; start < descriptor.size;) {
    const end = Math.min(start + chunkBytes, descriptor.size);
    const response = await target.host.request({
      method: 'PATCH',
      target: location,
      headers: { 'content-type': 'application/octet-stream', 'content-range': `${start}-${end - 1}` },
      body: blobBody(blobs, descriptor, start, end, onProgress),
      scope,
      doing,
      signal,
    });
    if (response.status !== 202 && response.status !== 416) throw await statusError(response, doing, target.host.host, 'BLOB_UNKNOWN');
    await readText(response);
    location = locationOf(response, target, doing);
    const reached = Number(/^(?:bytes=)?\d+-(\d+)$/.exec(response.headers.range ?? '')?.[1] ?? end - 1) + 1;
    if (reached <= start || reached > end) {
      throw new RegistryError('REGISTRY_PROTOCOL', `Cannot ${doing}: the registry lost count of the bytes`, { family: 'registry', retryable: true });
    }
    start = reached;
  }
  const response = await target.host.request({ method: 'PUT', target: withDigest(location, descriptor.digest), scope, doing, signal });
  await expectCreated(response, target, doing);
}

async function expectCreated(response: RegistryResponse, target: Target, doing: string): Promise<void> {
  if (response.status !== 201 && response.status !== 204 && response.status !== 200) throw await statusError(response, doing, target.host.host, 'BLOB_UNKNOWN');
  await readText(response);
}

function blobBody(blobs: BlobStore, { digest, size }: Descriptor, start: number, end: number, onProgress: OnProgress): Body {
  return {
    sizeBytes: end - start,
    open: () => {
      let sent = start;
      const source = blobs.open(digest, { start, end });
      source.on('data', (chunk: Buffer) => onProgress((sent += chunk.length), size));
      // The listener must not start the flow before there is somebody to take it.
      return source.pause();
    },
  };
}

function withDigest(location: URL, digest: Digest): URL {
  const url = new URL(location);
  // Added by hand: the rest of the query is the registry's own and must come back as it was.
  url.search = `${url.search === '' ? '?' : `${url.search}&`}digest=${digest}`;
  return url;
}

/** Relative or absolute. Registries behind a proxy that ends TLS name themselves with http: the scheme that got us here is right. */
function locationOf(response: RegistryResponse, target: Target, doing: string): URL {
  const { location } = response.headers;
  if (location === undefined || !URL.canParse(location, response.url)) {
    throw new RegistryError('REGISTRY_PROTOCOL', `Cannot ${doing}: ${target.host.host} opened an upload, but does not say where`, { family: 'registry' });
  }
  const url = new URL(location, response.url);
  if (url.hostname === response.url.hostname && url.protocol === 'http:' && response.url.protocol === 'https:') {
    url.protocol = 'https:';
    url.port = response.url.port;
  }
  return url;
}
