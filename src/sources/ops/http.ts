import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { storageError, type Store } from '../../host/content/index.ts';
import type { HttpOp, Vertex } from '../../decide/graph/index.ts';
import type { FollowedResponse, HttpClient } from '../../host/http/index.ts';
import { digestOf, type Digest } from '../../core/oci/index.ts';
import type { StepContext } from '../../decide/solver/index.ts';
import { redactURLs } from '../../core/redact.ts';
import { limitError, retry, type RetryOptions } from '../../core/stream/index.ts';
import type { PlanEntry } from '../../core/tree/index.ts';
import { downloadError, statusError } from './download-error.ts';
import { OpsError } from './error.ts';

export interface HttpPorts {
  readonly store: Store;
  readonly memo: { get(key: string): string | undefined; set(key: string, value: string): void };
  /** HTTP_AUTH_TOKEN_<host> and HTTP_AUTH_HEADER_<host>. */
  readonly secret: (id: string) => Promise<Uint8Array | undefined>;
  readonly http: HttpClient;
  /** How faults that may pass are retried. Default: as `retry` does. */
  readonly downloadRetry?: Omit<RetryOptions, 'signal' | 'isRetryable'>;
}

type HttpVertex = Vertex & { readonly op: HttpOp };

/** A file that was downloaded. */
interface Download {
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
  readonly filename: string;
  readonly lastModified: string | undefined;
}

interface Downloaded {
  readonly download: Download;
  readonly etag: string | undefined;
}

/** What is remembered of a URL. */
interface Remembered {
  readonly etag: string;
  readonly digest: Digest;
  readonly filename: string;
}

/** Files from http and https, asked for again only when the server says that they have changed. */
export class HttpSource {
  readonly #ports: HttpPorts;
  readonly #downloads = new WeakMap<HttpVertex, Download>();
  readonly #expected = new WeakMap<HttpVertex, Digest>();

  constructor(ports: HttpPorts) {
    this.#ports = ports;
  }

  /** The name and digest of the file. With a checksum nothing is asked; without one the file is downloaded unless the server says that it is the same as before. */
  async keyParts(vertex: HttpVertex, signal: AbortSignal): Promise<string[]> {
    const { op } = vertex;
    if (op.checksum !== undefined) return [fileName(op, undefined), op.checksum];
    const memoKey = `http:${digestOf(`${op.url}\n${op.filename ?? ''}`)}`;
    const remembered = parseRemembered(this.#ports.memo.get(memoKey));
    const answer = await this.#download(op, remembered, signal, undefined);
    if (answer === 'unchanged') {
      this.#expected.set(vertex, remembered!.digest);
      return [remembered!.filename, remembered!.digest];
    }
    this.#downloads.set(vertex, answer.download);
    const { digest, filename } = answer.download;
    if (answer.etag !== undefined) this.#ports.memo.set(memoKey, JSON.stringify({ etag: answer.etag, digest, filename } satisfies Remembered));
    return [filename, digest];
  }

  /** The file as a layer entry: mode 0600, time of Last-Modified or 1970. Errors: DOWNLOAD_FAILED, DOWNLOAD_UNAUTHORIZED, CHECKSUM_MISMATCH. */
  async fetch(vertex: HttpVertex, context: StepContext): Promise<PlanEntry[]> {
    const { op } = vertex;
    let download = this.#downloads.get(vertex);
    if (download === undefined) {
      ({ download } = await this.#download(op, undefined, context.signal, context));
    }
    const expected = op.checksum ?? this.#expected.get(vertex);
    if (expected !== undefined && expected !== download.digest) {
      throw new OpsError('CHECKSUM_MISMATCH', `Cannot use ${redactURLs(op.url)}: digest mismatch: it has ${download.digest}, expected ${expected}`, {
        family: 'validation',
        hint:
          op.checksum === undefined
            ? 'The file changed while it was asked for: build again.'
            : 'Check where the file comes from, then give its new digest with --checksum.',
        retryable: op.checksum === undefined,
      });
    }
    const modified = download.lastModified === undefined ? Number.NaN : Date.parse(download.lastModified);
    const { path, digest, size, filename } = download;
    const mtimeSec = Number.isNaN(modified) ? 0 : Math.floor(modified / 1000);
    return [{ path: filename, type: 'file', mode: 0o600, uid: 0, gid: 0, size, mtimeSec, mtimeNs: 0, digest, content: { kind: 'file', path } }];
  }

  #download(op: HttpOp, remembered: undefined, signal: AbortSignal, context: StepContext): Promise<Downloaded>;
  #download(op: HttpOp, remembered: Remembered | undefined, signal: AbortSignal, context: undefined): Promise<'unchanged' | Downloaded>;
  async #download(op: HttpOp, remembered: Remembered | undefined, signal: AbortSignal, context: StepContext | undefined): Promise<'unchanged' | Downloaded> {
    const authorization = await this.#authorization(op.url);
    return retry(
      async () => {
        const headers: Record<string, string> = { ...authorization, 'accept-encoding': 'gzip' };
        if (remembered !== undefined) headers['if-none-match'] = remembered.etag;
        let response: FollowedResponse;
        try {
          response = await this.#ports.http.follow({ method: 'GET', url: new URL(op.url), headers, signal }, `download ${redactURLs(op.url)}`);
        } catch (error) {
          signal.throwIfAborted();
          throw downloadError(redactURLs(op.url), error);
        }
        const { status } = response;
        if (status < 200 || status > 299) response.body.destroy();
        if (status === 304 && remembered !== undefined) return 'unchanged';
        if (status < 200 || status > 299) throw statusError(redactURLs(op.url), status, response.headers['retry-after']);
        const filename = fileName(op, response);
        const etag = response.headers.etag;
        const lastModified = response.headers['last-modified'];
        const saved = await this.#save(op, response, signal, context);
        return { download: { ...saved, filename, lastModified }, etag };
      },
      { ...this.#ports.downloadRetry, signal },
    );
  }

  async #save(
    op: HttpOp,
    response: FollowedResponse,
    signal: AbortSignal,
    context: StepContext | undefined,
  ): Promise<{ path: string; digest: Digest; size: number }> {
    const path = join(this.#ports.store.tempDir(), 'download');
    const { body, isDecoded } = decodedBody(response);
    const total = isDecoded ? undefined : Number(response.headers['content-length'] ?? Number.NaN);
    const hash = createHash('sha256');
    const file = openSync(path, 'wx', 0o600);
    let size = 0;
    try {
      for await (const chunk of body) {
        size += chunk.length;
        if (size > maximumBytes) throw limitError(`size of ${redactURLs(op.url)}`, maximumBytes);
        hash.update(chunk);
        for (let written = 0; written < chunk.length;) written += writeSync(file, chunk, written);
        context?.emit({
          kind: 'progress',
          id: redactURLs(op.url),
          action: 'downloading',
          current: size,
          ...(total !== undefined && total >= 0 ? { total } : {}),
        });
      }
    } catch (error) {
      signal.throwIfAborted();
      const stored = storageError(error, `store ${redactURLs(op.url)}`);
      throw stored === error ? downloadError(redactURLs(op.url), error) : stored;
    } finally {
      response.body.destroy();
      closeSync(file);
    }
    return { path, digest: `sha256:${hash.digest('hex')}` as Digest, size };
  }

  async #authorization(url: string): Promise<Record<string, string>> {
    const { hostname } = new URL(url);
    const [header, token] = await Promise.all([this.#ports.secret(`HTTP_AUTH_HEADER_${hostname}`), this.#ports.secret(`HTTP_AUTH_TOKEN_${hostname}`)]);
    const text = (value: Uint8Array): string => Buffer.from(value).toString('utf8').trim();
    if (token !== undefined) return { authorization: `Bearer ${text(token)}` };
    return header === undefined ? {} : { authorization: text(header) };
  }
}

/** The file without the compression that is for the transfer alone. Only gzip is asked for, as Go's programs do; what a server encodes otherwise is kept so. */
function decodedBody({ headers, body }: FollowedResponse): { readonly body: AsyncIterable<Buffer>; readonly isDecoded: boolean } {
  if (headers['content-encoding']?.toLowerCase() !== 'gzip') return { body, isDecoded: false };
  const gunzip = process.getBuiltinModule('node:zlib').createGunzip();
  body.on('error', (error) => gunzip.destroy(error));
  return { body: body.pipe(gunzip), isDecoded: true };
}

/** What the op says, else Content-Disposition, else the last element of the URL's path. */
function fileName(op: HttpOp, response: Pick<FollowedResponse, 'headers'> | undefined): string {
  const disposition = /;\s*filename\*?=(?:UTF-8'')?(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[^;\s]+))/i.exec(
    response?.headers['content-disposition'] ?? '',
  )?.groups;
  const offered = disposition?.quoted?.replaceAll(/\\(.)/g, '$1') ?? disposition?.plain;
  for (const candidate of [op.filename, offered, pathOf(op.url)]) {
    const name = candidate?.slice(candidate.lastIndexOf('/') + 1) ?? '';
    if (name !== '' && name !== '.' && name !== '..' && !name.includes('\0')) return name;
  }
  return 'download';
}

function pathOf(url: string): string {
  const { pathname } = new URL(url);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

function parseRemembered(text: string | undefined): Remembered | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Remembered);
}

/** A server that never ends must not fill the disk unnoticed: 64 GiB. */
const maximumBytes = 64 * 1024 ** 3;
