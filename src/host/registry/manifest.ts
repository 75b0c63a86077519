import { digestOf, formatReference, isDigest, mediaTypes, type Descriptor, type Digest, type Reference } from '../../core/oci/index.ts';
import { RegistryError } from './error.ts';
import type { RegistryHost, RegistryResponse } from './host.ts';
import { readText, statusError } from './status-error.ts';

/** Bytes; the limit that the distribution spec asks registries to allow. */
export const manifestLimitBytes = 4 << 20;

/** A repository at a host. */
export interface Target {
  readonly host: RegistryHost;
  readonly repository: string;
}

/** A manifest or index as the registry keeps it. */
export interface ManifestDocument {
  readonly bytes: Buffer;
  readonly descriptor: Descriptor;
}

/** What a reference stands for, by a HEAD request; by a GET where the registry's answer to HEAD lacks the digest. Errors: as `fetchManifest`. */
export async function resolveManifest(target: Target, ref: Reference, action: 'pull' | 'push', signal: AbortSignal): Promise<Descriptor> {
  const doing = `${action === 'push' ? 'push' : 'resolve'} ${formatReference(ref)}`;
  const response = await request(target, 'HEAD', ref, action, doing, signal);
  await readText(response);
  if (response.status === 200) {
    const described = describe(response, ref);
    if (described) return described;
  } else if (response.status !== 405) throw await statusError(response, doing, target.host.host, 'MANIFEST_UNKNOWN');
  return (await fetchManifest(target, ref, signal)).descriptor;
}

/**
 * A manifest, verified against the digest asked for, or else the one that the registry names.
 * Errors: NAME_UNKNOWN, MANIFEST_UNKNOWN, MANIFEST_TOO_LARGE, MANIFEST_UNSUPPORTED, REGISTRY_DIGEST_MISMATCH, REGISTRY_PROTOCOL, and those of RegistryHost.
 */
export async function fetchManifest(target: Target, ref: Reference, signal: AbortSignal): Promise<ManifestDocument> {
  const doing = `fetch ${formatReference(ref)}`;
  const response = await request(target, 'GET', ref, 'pull', doing, signal);
  if (response.status !== 200) throw await statusError(response, doing, target.host.host, 'MANIFEST_UNKNOWN');
  const bytes = await readManifest(response, doing, signal);
  const digest = digestOf(bytes);
  const expected = ref.digest ?? digestHeader(response);
  if (expected !== undefined && expected !== digest) {
    throw new RegistryError('REGISTRY_DIGEST_MISMATCH', `Cannot ${doing}: its bytes have the digest ${digest}, not ${expected}`, {
      family: 'registry',
      hint: 'The registry or something between it and here altered the manifest.',
      retryable: true,
    });
  }
  return { bytes, descriptor: { mediaType: mediaTypeOf(bytes, response, doing), digest, size: bytes.length } };
}

/** Stores a manifest under a tag, or under its digest. Errors: BLOB_UNKNOWN where its blobs are missing, DENIED, REGISTRY_REFUSED, and those of RegistryHost. */
export async function putManifest(target: Target, ref: Reference, bytes: Uint8Array, mediaType: string, signal: AbortSignal): Promise<Descriptor> {
  const doing = `push ${formatReference(ref)}`;
  const digest = digestOf(bytes);
  const response = await target.host.request({
    method: 'PUT',
    target: manifestPath(target, { ...ref, digest: ref.tag === undefined ? digest : undefined }),
    headers: { 'content-type': mediaType },
    body: bytes,
    scope: { repository: target.repository, action: 'push' },
    doing,
    signal,
  });
  if (response.status !== 201 && response.status !== 200 && response.status !== 202) throw await statusError(response, doing, target.host.host, 'BLOB_UNKNOWN');
  await readText(response);
  const stored = digestHeader(response);
  if (stored !== undefined && stored !== digest) {
    throw new RegistryError('REGISTRY_DIGEST_MISMATCH', `Cannot ${doing}: the registry stored it as ${stored}, not ${digest}`, {
      family: 'registry',
      hint: 'The registry or something between it and here alters manifests.',
    });
  }
  return { mediaType, digest, size: bytes.byteLength };
}

const accept = [mediaTypes.ociIndex, mediaTypes.ociManifest, mediaTypes.dockerIndex, mediaTypes.dockerManifest, '*/*'].join(', ');

function request(
  target: Target,
  method: 'GET' | 'HEAD',
  ref: Reference,
  action: 'pull' | 'push',
  doing: string,
  signal: AbortSignal,
): Promise<RegistryResponse> {
  const scope = { repository: target.repository, action };
  return target.host.request({ method, target: manifestPath(target, ref), headers: { accept }, scope, doing, signal });
}

/** The digest counts where there are both. */
function manifestPath({ repository }: Target, ref: { readonly tag?: string; readonly digest?: Digest | undefined }): string {
  return `/v2/${repository}/manifests/${ref.digest ?? ref.tag ?? 'latest'}`;
}

/** From the headers of a HEAD; undefined where they do not tell all. */
function describe(response: RegistryResponse, ref: Reference): Descriptor | undefined {
  const digest = digestHeader(response) ?? ref.digest;
  const size = Number(response.headers['content-length'] ?? Number.NaN);
  const mediaType = contentType(response);
  if (digest === undefined || (ref.digest !== undefined && digest !== ref.digest) || !known.has(mediaType) || !Number.isSafeInteger(size) || size === 0)
    return undefined;
  return { mediaType, digest, size };
}

const known: ReadonlySet<string> = new Set([mediaTypes.ociIndex, mediaTypes.ociManifest, mediaTypes.dockerIndex, mediaTypes.dockerManifest]);

async function readManifest(response: RegistryResponse, doing: string, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > manifestLimitBytes) {
        throw new RegistryError('MANIFEST_TOO_LARGE', `Cannot ${doing}: the manifest is larger than ${manifestLimitBytes} bytes`, { family: 'manifest' });
      }
      chunks.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RegistryError) throw error;
    throw new RegistryError('REGISTRY_UNREACHABLE', `Cannot ${doing}: the connection was broken off`, { family: 'network', retryable: true, cause: error });
  }
  return Buffer.concat(chunks);
}

/** What the document says of itself must not differ from what the registry says: else two tools could see two images in the same bytes. */
function mediaTypeOf(bytes: Buffer, response: RegistryResponse, doing: string): string {
  const said = contentType(response);
  let document: Readonly<Record<string, unknown>>;
  try {
    document = Object(JSON.parse(bytes.toString())) as Record<string, unknown>;
  } catch {
    throw new RegistryError('REGISTRY_PROTOCOL', `Cannot ${doing}: the answer is not JSON`, { family: 'manifest', hint: 'Is this a registry?' });
  }
  const { mediaType: own, schemaVersion } = document;
  if (schemaVersion === 1) {
    throw new RegistryError('MANIFEST_UNSUPPORTED', `Cannot ${doing}: it has the manifest format of 2014 (schema 1)`, {
      family: 'manifest',
      hint: 'Push the image again with a present-day tool.',
    });
  }
  const mediaType = known.has(said) ? said : typeof own === 'string' ? own : (typeOfShape(document) ?? said);
  if (typeof own === 'string' && own !== mediaType) {
    throw new RegistryError('REGISTRY_PROTOCOL', `Cannot ${doing}: the registry calls it ${said}, and it calls itself ${own}`, { family: 'manifest' });
  }
  if (!known.has(mediaType)) {
    throw new RegistryError('MANIFEST_UNSUPPORTED', `Cannot ${doing}: ${mediaType || 'nothing'} is not the type of an image manifest or index`, {
      family: 'manifest',
    });
  }
  return mediaType;
}

/** OCI documents need not name their type. */
function typeOfShape(document: Readonly<Record<string, unknown>>): string | undefined {
  if (document['schemaVersion'] !== 2) return undefined;
  return Array.isArray(document['manifests']) ? mediaTypes.ociIndex : Array.isArray(document['layers']) ? mediaTypes.ociManifest : undefined;
}

function contentType({ headers }: RegistryResponse): string {
  return headers['content-type']?.split(';')[0]?.trim() ?? '';
}

function digestHeader({ headers }: RegistryResponse): Digest | undefined {
  const value = headers['docker-content-digest'];
  return typeof value === 'string' && isDigest(value) ? (value as Digest) : undefined;
}
