import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import type { Readable } from 'node:stream';
import { basicHeaderOf } from './basic.ts';
import type { TlsOptions } from './certificates.ts';
import { isLoopback } from './loopback.ts';
import { proxyFor, type ProxyEnvironment } from './proxy.ts';
import { proxyAddress, proxyHeaders, tunnelAgent } from './tunnel.ts';
import { watchBody } from './watch-body.ts';

/** What is sent; a body that is a stream is opened anew for each attempt. */
export type Body = Uint8Array | { readonly sizeBytes: number; readonly open: () => Readable };

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A user and password in it become an Authorization header where there is none. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
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
  /**
   * The request fails with ETIMEDOUT where so long, milliseconds, no byte moves, the headers of the answer are not complete after the request was sent, or its body
   * brings next to nothing.
   */
  readonly idleTimeoutMs: number;
  /** The environment with HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
  readonly proxyEnv: ProxyEnvironment;
}

/** Trust in the host of the URL, and in the proxy on the way to it. */
export interface Trust {
  readonly host: TlsOptions;
  readonly proxy: TlsOptions;
}

/** Bytes of all headers of an answer. */
const maxHeaderSize = 64 << 10;

/** HTTP requests over kept connections, directly or through a proxy. Follows no redirects. Loads node:http and node:https when first needed. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #agents = new Map<string, Agent>();
  readonly #closed = new AbortController();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** The proxy for a URL, undefined where it is asked directly. Errors: PROXY_INVALID. */
  proxyFor(url: URL): URL | undefined {
    return proxyFor(url, this.#options.proxyEnv);
  }

  /** One request and its answer, whatever its status. Rejects with the signal's reason, or with Node's error where there was no answer. */
  async send(request: HttpRequest, trust: Trust): Promise<HttpResponse> {
    for (let attempt = 1; ; attempt++) {
      request.signal.throwIfAborted();
      const state = { reused: false, address: attempt === 1 ? shortcutOf(request.url) : undefined };
      try {
        return await this.#sendOnce(request, trust, state);
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
    this.#closed.abort();
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #sendOnce(request: HttpRequest, trust: Trust, state: { reused: boolean; readonly address: string | undefined }): Promise<HttpResponse> {
    const { idleTimeoutMs, connectTimeoutMs } = this.#options;
    const proxy = this.proxyFor(request.url);
    return new Promise((resolve, reject) => {
      const req = this.#open(request, trust, proxy, state.address);
      const onIdle = (): void => void req.destroy(timeoutError());
      req.setTimeout(idleTimeoutMs, onIdle);
      // A server that sends its headers a byte at a time is never idle.
      let headersTimer: NodeJS.Timeout | undefined;
      let answered = false;
      req.on('finish', () => {
        if (!answered) headersTimer = setTimeout(onIdle, idleTimeoutMs);
      });
      req.on('close', () => clearTimeout(headersTimer));
      req.on('socket', (socket) => {
        state.reused = req.reusedSocket;
        if (!socket.connecting) return;
        const timer = setTimeout(onIdle, connectTimeoutMs);
        socket.once('connect', () => clearTimeout(timer));
        socket.once('close', () => clearTimeout(timer));
      });
      const isToProxy = proxy !== undefined && request.url.protocol === 'http:';
      req.on('error', (error) => reject(isToProxy ? Object.assign(error, { isProxy: true }) : error));
      req.on('response', (response) => {
        answered = true;
        clearTimeout(headersTimer);
        req.setTimeout(0);
        watchBody(response, idleTimeoutMs, () => response.destroy(timeoutError()));
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
      });
      sendBody(req, request.body);
    });
  }

  #open({ method, url, headers, body, signal }: HttpRequest, trust: Trust, proxy: URL | undefined, address: string | undefined): ClientRequest {
    const length = body === undefined ? (method === 'POST' || method === 'PUT' ? 0 : undefined) : sizeOf(body);
    const isAbsolute = proxy !== undefined && url.protocol === 'http:';
    const sent = {
      host: url.host,
      'user-agent': this.#options.userAgent,
      ...userInfoHeader(url),
      ...headers,
      ...(isAbsolute ? proxyHeaders(proxy) : {}),
      ...(length === undefined ? {} : { 'content-length': String(length) }),
    };
    const options: RequestOptions = { method, signal, maxHeaderSize, agent: this.#agent(url, trust, proxy), headers: flat(sent) };
    const scheme = isAbsolute ? proxy.protocol : url.protocol;
    const { request } = scheme === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
    const bare = withoutUserInfo(url);
    if (isAbsolute) return request({ ...options, ...proxyAddress(proxy), path: bare.href.replace(/#.*$/, '') });
    return request(bare, { ...options, ...(address === undefined ? {} : { hostname: address }) });
  }

  #agent(url: URL, trust: Trust, proxy: URL | undefined): Agent {
    const isTunnel = url.protocol === 'https:' && proxy !== undefined;
    const peer = isTunnel ? url : (proxy ?? url);
    const tls = peer === url ? trust.host : trust.proxy;
    const key = `${peer.protocol} ${peer.protocol === 'https:' ? `${peer.host} ${tls.rejectUnauthorized ?? true} ${tls.ca?.length ?? 0}` : ''} ${proxy?.href ?? ''}`;
    let agent = this.#agents.get(key);
    if (!agent) {
      const { connectionsPerHost: maxSockets, userAgent, connectTimeoutMs } = this.#options;
      // Another library's mutable type.
      const options = { keepAlive: true, maxSockets, ...(tls as { ca?: string[] }) };
      if (isTunnel) agent = tunnelAgent(options, { proxy, proxyTls: trust.proxy, userAgent, connectTimeoutMs, signal: this.#closed.signal });
      else if (peer.protocol === 'https:') agent = new (process.getBuiltinModule('node:https').Agent)(options);
      else agent = new (process.getBuiltinModule('node:http').Agent)({ keepAlive: true, maxSockets });
      this.#agents.set(key, agent);
    }
    return agent;
  }
}

/** Where to find `localhost` without looking it up, which takes longer than all of a small request. The other way is tried next. */
function shortcutOf(url: URL): string | undefined {
  return url.hostname === 'localhost' && url.protocol === 'http:' && isLoopback(url.host) ? '127.0.0.1' : undefined;
}

function userInfoHeader(url: URL): Record<string, string> {
  const authorization = basicHeaderOf(url);
  return authorization === undefined ? {} : { authorization };
}

function withoutUserInfo(url: URL): URL {
  if (url.username === '' && url.password === '') return url;
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
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
