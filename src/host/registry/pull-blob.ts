import type { BlobStore, BlobWriter } from '../content/index.ts';
import { ContentError } from '../content/index.ts';
import type { Descriptor } from '../../core/oci/index.ts';
import { connectionError } from './connection-error.ts';
import { RegistryError } from './error.ts';
import type { RegistryResponse } from './host.ts';
import type { Target } from './manifest.ts';
import { readText, statusError } from './status-error.ts';

/** Bytes done of all. Called often. */
export type OnProgress = (current: number, total: number) => void;

/** Times that a broken connection is taken up again in one attempt, as long as each brings new bytes. */
const resumeLimit = 20;

/**
 * Downloads a blob into the store, verified. A connection that breaks is taken up again where it ended.
 * Errors: BLOB_UNKNOWN, REGISTRY_DIGEST_MISMATCH, REGISTRY_SIZE_MISMATCH, REGISTRY_UNREACHABLE, DISK_FULL, and those of RegistryHost.
 */
export async function pullBlob(
  target: Target,
  descriptor: Descriptor,
  name: string,
  blobs: BlobStore,
  onProgress: OnProgress,
  signal: AbortSignal,
  onFile: (path: string) => void = () => {},
): Promise<void> {
  const doing = `pull blob ${descriptor.digest} of ${name}`;
  using writer = blobs.writer({ digest: descriptor.digest, size: descriptor.size });
  onFile(writer.path);
  try {
    for (let resumes = 0; writer.size < descriptor.size || resumes === 0; resumes++) {
      const before = writer.size;
      const response = await open(target, descriptor, before, doing, signal);
      const broken = await receive(response, writer, descriptor, before, onProgress, signal);
      if (writer.size < descriptor.size && (writer.size === before || resumes >= resumeLimit)) throw truncated(doing, writer, descriptor, broken, target);
    }
    await writer.commit();
  } catch (error) {
    throw mismatch(error, doing);
  }
}

async function open(target: Target, descriptor: Descriptor, from: number, doing: string, signal: AbortSignal): Promise<RegistryResponse> {
  const response = await target.host.request({
    method: 'GET',
    target: `/v2/${target.repository}/blobs/${descriptor.digest}`,
    // Without this a proxy might compress or, worse, uncompress.
    headers: { 'accept-encoding': 'identity', ...(from === 0 ? {} : { range: `bytes=${from}-` }) },
    scope: { repository: target.repository, action: 'pull' },
    doing,
    signal,
  });
  if (response.status === 200) return response;
  if (response.status === 206 && from > 0 && response.headers['content-range']?.startsWith(`bytes ${from}-`)) return response;
  if (response.status === 206 || response.status === 416) {
    response.body.destroy();
    throw new RegistryError('REGISTRY_PROTOCOL', `Cannot ${doing}: ${response.url.host} sends another part than asked for`, {
      family: 'registry',
      retryable: true,
    });
  }
  throw await statusError(response, doing, target.host.host, 'BLOB_UNKNOWN');
}

/** Writes what comes. Returns the error that broke it off, if one did; whether all came is for the caller to see. */
async function receive(
  response: RegistryResponse,
  writer: BlobWriter,
  descriptor: Descriptor,
  from: number,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<unknown> {
  // A server without ranges starts again from the beginning, which is here already.
  let skip = response.status === 200 ? from : 0;
  const body = response.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      let next: IteratorResult<Buffer>;
      try {
        next = await body.next();
      } catch (error) {
        signal.throwIfAborted();
        return error;
      }
      if (next.done) return undefined;
      const chunk = next.value.subarray(Math.min(skip, next.value.length));
      skip -= next.value.length - chunk.length;
      if (chunk.length === 0) continue;
      writer.write(chunk);
      onProgress(writer.size, descriptor.size);
    }
  } finally {
    response.body.destroy();
  }
}

function truncated(doing: string, writer: BlobWriter, descriptor: Descriptor, cause: unknown, target: Target): unknown {
  if (cause !== undefined) return connectionError(cause, doing, target.host.host);
  return new RegistryError('REGISTRY_SIZE_MISMATCH', `Cannot ${doing}: it ended after ${writer.size} of ${descriptor.size} bytes`, {
    family: 'registry',
    hint: 'The registry or something between it and here cut the blob; try again.',
    retryable: true,
  });
}

function mismatch(error: unknown, doing: string): unknown {
  if (!(error instanceof ContentError) || (error.code !== 'BLOB_DIGEST_MISMATCH' && error.code !== 'BLOB_SIZE_MISMATCH')) return error;
  const code = error.code === 'BLOB_DIGEST_MISMATCH' ? 'REGISTRY_DIGEST_MISMATCH' : 'REGISTRY_SIZE_MISMATCH';
  return new RegistryError(code, `Cannot ${doing}: ${error.message.replace(/^[^:]*: ?(?=its|it|there)/, '').replace(/^Cannot store blob [^ ]+: /, '')}`, {
    family: 'registry',
    hint: error.hint,
    retryable: true,
    cause: error,
  });
}

/** Whether the repository has the blob. `push`: asked on the way to a push, with its rights. */
export async function hasBlob(
  target: Target,
  descriptor: Pick<Descriptor, 'digest'>,
  name: string,
  action: 'pull' | 'push',
  signal: AbortSignal,
): Promise<boolean> {
  const doing = `look for blob ${descriptor.digest} in ${name}`;
  const response = await target.host.request({
    method: 'HEAD',
    target: `/v2/${target.repository}/blobs/${descriptor.digest}`,
    scope: { repository: target.repository, action },
    doing,
    signal,
  });
  await readText(response);
  if (response.status === 200) return true;
  if (response.status === 404) return false;
  throw await statusError(response, doing, target.host.host, 'BLOB_UNKNOWN');
}
