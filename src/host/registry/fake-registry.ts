import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { digestOf } from '../../core/oci/index.ts';

/** What a test makes the server do instead of its work. True: done. */
export type Fault = (req: IncomingMessage, res: ServerResponse) => boolean;

export interface FakeRegistryOptions {
  readonly auth?:
    | { readonly kind: 'basic'; readonly username: string; readonly password: string }
    /** A token server at /token; `anonymous` says whether it gives tokens to nobody. `identityToken` is taken by POST. */
    | {
        readonly kind: 'token';
        readonly username: string;
        readonly password: string;
        readonly identityToken?: string;
        readonly anonymous: 'pull' | 'nothing';
        /** What the right password may do. Default: all. */
        readonly rights?: 'pull';
        /** Scopes that another host's name for the repository needs. */
        readonly scope?: string;
        readonly realm?: string;
      };
  /** Key and certificate, for HTTPS. */
  readonly tls?: ServerOptions;
}

/** A working registry in memory, for tests: whole and chunked uploads, mounts, ranges, basic and token authorization, and faults on demand. */
export class FakeRegistry implements AsyncDisposable {
  readonly blobs = new Map<string, Buffer>();
  /** By `repository@digest` and `repository:tag`. */
  readonly manifests = new Map<string, { bytes: Buffer; mediaType: string }>();
  /** `METHOD path`, in order. */
  readonly log: string[] = [];
  /** Authorization headers, as the log. */
  readonly authorizations: (string | undefined)[] = [];
  /** The largest body of one upload request, bytes. */
  maxBodyBytes = Infinity;
  readonly #uploads = new Map<string, Buffer>();
  readonly #tokens = new Map<string, readonly string[]>();
  readonly #faults: Fault[] = [];
  readonly #options: FakeRegistryOptions;
  readonly #server: Server;
  #count = 0;

  private constructor(options: FakeRegistryOptions) {
    this.#options = options;
    const serve = (req: IncomingMessage, res: ServerResponse): void => void this.#serve(req, res);
    this.#server = options.tls ? createTlsServer(options.tls, serve) : createServer(serve);
  }

  static async start(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
    const registry = new FakeRegistry(options);
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next request that `matches` (part of `METHOD path`) gets this instead. */
  fail(matches: string, fault: (req: IncomingMessage, res: ServerResponse) => void, times = 1): void {
    let left = times;
    this.#faults.push((req, res) => {
      if (left === 0 || !`${req.method} ${req.url}`.includes(matches)) return false;
      left--;
      fault(req, res);
      return true;
    });
  }

  /** All tokens run out. */
  forgetTokens(): void {
    this.#tokens.clear();
  }

  addManifest(repository: string, tag: string, bytes: Buffer, mediaType: string): void {
    for (const key of [`${repository}:${tag}`, `${repository}@${digestOf(bytes)}`]) this.manifests.set(key, { bytes, mediaType });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    this.log.push(`${req.method} ${req.url}`);
    this.authorizations.push(req.headers.authorization);
    for (const fault of this.#faults) if (fault(req, res)) return;
    const url = new URL(req.url ?? '/', 'http://fake');
    try {
      const body = await readBody(req, this.maxBodyBytes);
      if (body === undefined) return end(res, 413);
      if (url.pathname === '/token') return this.#token(req, url, body, res);
      if (!this.#allowed(req, url, res)) return;
      const [, repository = '', kind, rest = ''] = /^\/v2\/(.+?)\/(manifests|blobs)\/(.*)$/.exec(url.pathname) ?? [];
      if (kind === 'manifests') this.#manifest(req, res, repository, rest, body);
      else if (kind === 'blobs' && rest.startsWith('uploads/')) this.#upload(req, res, url, repository, rest.slice(8), body);
      else if (kind === 'blobs') this.#blob(req, res, rest);
      else end(res, 404);
    } catch {
      res.destroy();
    }
  }

  #manifest(req: IncomingMessage, res: ServerResponse, repository: string, reference: string, body: Buffer): void {
    const key = `${repository}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`;
    if (req.method === 'PUT') {
      const digest = digestOf(body);
      for (const name of [key, `${repository}@${digest}`]) this.manifests.set(name, { bytes: body, mediaType: req.headers['content-type'] ?? '' });
      return end(res, 201, { 'docker-content-digest': digest });
    }
    const found = this.manifests.get(key);
    if (!found) return end(res, 404, {}, fault('MANIFEST_UNKNOWN', 'manifest unknown'));
    end(res, 200, { 'content-type': found.mediaType, 'docker-content-digest': digestOf(found.bytes) }, found.bytes);
  }

  #blob(req: IncomingMessage, res: ServerResponse, digest: string): void {
    const bytes = this.blobs.get(digest);
    if (!bytes) return end(res, 404, {}, fault('BLOB_UNKNOWN', 'blob unknown'));
    const from = Number(/^bytes=(\d+)-$/.exec(req.headers.range ?? '')?.[1] ?? 0);
    if (from === 0) return end(res, 200, {}, bytes);
    end(res, 206, { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }, bytes.subarray(from));
  }

  #upload(req: IncomingMessage, res: ServerResponse, url: URL, repository: string, id: string, body: Buffer): void {
    const mount = url.searchParams.get('mount');
    if (req.method === 'POST' && mount && this.blobs.has(mount)) return end(res, 201, { location: `/v2/${repository}/blobs/${mount}` });
    if (req.method === 'POST') {
      const fresh = String(++this.#count);
      this.#uploads.set(fresh, Buffer.alloc(0));
      return end(res, 202, { location: `/v2/${repository}/blobs/uploads/${fresh}?state=a%2Fb` });
    }
    const old = this.#uploads.get(id);
    if (!old || url.searchParams.get('state') !== 'a/b') return end(res, 404);
    const bytes = Buffer.concat([old, body]);
    this.#uploads.set(id, bytes);
    if (req.method === 'PATCH') return end(res, 202, { location: req.url ?? '', range: `0-${bytes.length - 1}` });
    const digest = url.searchParams.get('digest') ?? '';
    if (digest !== digestOf(bytes)) return end(res, 400, {}, fault('DIGEST_INVALID', 'provided digest did not match uploaded content'));
    this.#uploads.delete(id);
    this.blobs.set(digest, bytes);
    end(res, 201, { 'docker-content-digest': digest });
  }

  #allowed(req: IncomingMessage, url: URL, res: ServerResponse): boolean {
    const { auth } = this.#options;
    if (auth === undefined) return true;
    const sent = req.headers.authorization;
    if (auth.kind === 'basic') {
      if (sent === basic(auth)) return true;
      end(res, 401, { 'www-authenticate': 'Basic realm="fake"' }, fault('UNAUTHORIZED', 'authentication required'));
      return false;
    }
    const repository = /^\/v2\/(.+?)\/(manifests|blobs)\//.exec(url.pathname)?.[1];
    const action = req.method === 'GET' || req.method === 'HEAD' ? 'pull' : 'push';
    const scopes = this.#tokens.get(sent?.replace(/^Bearer /, '') ?? '') ?? [];
    const granted = scopes.some((scope) => scope.startsWith(`repository:${repository}:`) && scope.split(':')[2]?.split(',').includes(action));
    if (granted && (auth.scope === undefined || scopes.includes(auth.scope))) return true;
    const scope = auth.scope ?? `repository:${repository}:${action === 'push' ? 'pull,push' : 'pull'}`;
    const why = sent === undefined || scopes.length === 0 ? '' : ',error="insufficient_scope"';
    const header = `Bearer realm="${auth.realm ?? `http://${this.host}/token`}",service="fake",scope="${scope}"${why}`;
    end(res, 401, { 'www-authenticate': header }, fault('UNAUTHORIZED', 'authentication required'));
    return false;
  }

  #token(req: IncomingMessage, url: URL, body: Buffer, res: ServerResponse): void {
    const { auth } = this.#options;
    if (auth?.kind !== 'token') return end(res, 404);
    const form = new URLSearchParams(body.toString());
    const isOauth = req.method === 'POST';
    const known = isOauth ? form.get('refresh_token') === auth.identityToken : req.headers.authorization === basic(auth);
    if (!known && (isOauth || req.headers.authorization !== undefined || auth.anonymous === 'nothing')) return end(res, 401);
    const asked = isOauth ? (form.get('scope') ?? '').split(' ') : url.searchParams.getAll('scope');
    const token = `token-${++this.#count}`;
    this.#tokens.set(token, known && auth.rights !== 'pull' ? asked : asked.map((scope) => scope.replace(/,?push/, '')));
    end(res, 200, {}, Buffer.from(JSON.stringify(isOauth ? { access_token: token, expires_in: 300 } : { token, expires_in: 300 })));
  }
}

/** The body of an error answer. */
export function fault(code: string, message: string): Buffer {
  return Buffer.from(JSON.stringify({ errors: [{ code, message }] }));
}

export function end(res: ServerResponse, status: number, headers: Record<string, string> = {}, body: Buffer = Buffer.alloc(0)): void {
  res.writeHead(status, { 'content-length': String(body.length), ...headers });
  res.end(body);
}

function basic({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function readBody(req: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    total += chunk.length;
    chunks.push(chunk);
  }
  return total > limit ? undefined : Buffer.concat(chunks);
}
