import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import type { Readable } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import type { TlsOptions } from './certificates.ts';

/** What is sent; a body that is a stream is opened anew for each attempt. */
export type Body = Uint8Array | { readonly sizeBytes: number; readonly open: () => Readable };

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  readonly tls?: TlsOptions;
  readonly signal: AbortSignal;
}

/** The body must be read to its end, or destroyed. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingMessage;
}

export interface TransportOptions {
  readonly userAgent: string;
  /** Connections to one host at once. */
  readonly connectionsPerHost: number;
  /** No connection for so long, milliseconds, and the request fails with ETIMEDOUT. */
  readonly connectTimeoutMs: number;
  /** No byte in either direction for so long, milliseconds, and the request fails with ETIMEDOUT. */
  readonly idleTimeoutMs: number;
  /** The environment with HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
  readonly proxyEnv: Readonly<Record<string, string | undefined>>;
}

/** HTTP requests over kept connections. Knows nothing of registries; follows no redirects. Loads node:http and node:https when first needed. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #agents = new Map<string, Agent>();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** One request and its answer, whatever its status. Rejects with the signal's reason, or with Node's error where there was no answer. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    for (let attempt = 1; ; attempt++) {
      request.signal.throwIfAborted();
      const state = { reused: false, address: attempt === 1 ? shortcutOf(request.url) : undefined };
      try {
        return await this.#sendOnce(request, state);
      } catch (error) {
        request.signal.throwIfAborted();
        const code = (error as NodeJS.ErrnoException).code;
        // The server had closed the kept connection just as we took it: it has not seen the request.
        const isStale = state.reused && attempt <= 2 && (code === 'ECONNRESET' || code === 'EPIPE');
        const isShortcut = state.address !== undefined && code === 'ECONNREFUSED';
        if (!isStale && !isShortcut) throw error;
      }
    }
  }

  /** Closes idle connections and breaks off those in use. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #sendOnce(request: HttpRequest, state: { reused: boolean; readonly address: string | undefined }): Promise<HttpResponse> {
    const { userAgent, idleTimeoutMs, connectTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const { method, url, headers, body, signal } = request;
      const length = body === undefined ? (method === 'POST' || method === 'PUT' ? 0 : undefined) : sizeOf(body);
      const req = this.#open(request, {
        method,
        signal,
        agent: this.#agent(url, request.tls),
        headers: flat({ host: url.host, 'user-agent': userAgent, ...headers, ...(length === undefined ? {} : { 'content-length': String(length) }) }),
        ...(state.address === undefined ? {} : { hostname: state.address }),
      });
      req.setTimeout(idleTimeoutMs, () => req.destroy(timeoutError()));
      req.on('socket', (socket) => {
        state.reused = req.reusedSocket;
        if (!socket.connecting) return;
        const timer = setTimeout(() => req.destroy(timeoutError()), connectTimeoutMs);
        socket.once('connect', () => clearTimeout(timer));
        socket.once('close', () => clearTimeout(timer));
      });
      req.on('error', reject);
      req.on('response', (response) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response }));
      sendBody(req, body);
    });
  }

  #open({ url }: HttpRequest, options: RequestOptions): ClientRequest {
    const module = url.protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
    return module.request(url, options);
  }

  #agent(url: URL, tls: TlsOptions | undefined): Agent {
    const direct = isLoopback(url.hostname);
    const key = url.protocol === 'https:' ? `https ${url.host} ${tls?.rejectUnauthorized ?? true} ${tls?.ca?.length ?? 0}` : `http ${direct}`;
    let agent = this.#agents.get(key);
    if (!agent) {
      const { connectionsPerHost: maxSockets, proxyEnv } = this.#options;
      const common = { keepAlive: true, maxSockets, ...(direct ? {} : { proxyEnv: proxyEnv as NodeJS.ProcessEnv }) };
      agent =
        url.protocol === 'https:'
          ? new (process.getBuiltinModule('node:https').Agent)({ ...common, ...(tls as ConnectionOptions) })
          : new (process.getBuiltinModule('node:http').Agent)(common);
      this.#agents.set(key, agent);
    }
    return agent;
  }
}

/** Docker's rule: what runs on this machine needs no TLS, and no proxy. `host` may have a port. */
export function isLoopback(host: string): boolean {
  return /^(localhost|[a-z0-9-.]+\.localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(host);
}

/** Where to find `localhost` without looking it up, which takes longer than all of a small request. The other way is tried next. */
function shortcutOf(url: URL): string | undefined {
  return url.hostname === 'localhost' && url.protocol === 'http:' ? '127.0.0.1' : undefined;
}

/** Headers in a list are taken as they are: from an object, Node would take the host apart, with a pattern that is slow to compile. */
function flat(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flat();
}

function sizeOf(body: Body): number {
  return body instanceof Uint8Array ? body.byteLength : body.sizeBytes;
}

function sendBody(req: ClientRequest, body: Body | undefined): void {
  if (body === undefined || body instanceof Uint8Array) {
    req.end(body);
    return;
  }
  const source = body.open();
  source.on('error', (error) => req.destroy(error));
  req.on('close', () => source.destroy());
  // An answer before the end of the body is a refusal: stop sending, and do not use this connection again.
  req.on('response', (response) => {
    if (source.readableEnded) return;
    source.destroy();
    response.once('end', () => req.destroy());
  });
  source.pipe(req);
}

function timeoutError(): Error {
  return Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' });
}
