import { headersFor, isLoopback, redirectOf, type Body, type HttpClient, type HttpRequest, type HttpResponse, type Redirect } from '../http/index.ts';
import { Authorizer, type Scope } from './authorizer.ts';
import { connectionError } from './connection-error.ts';
import type { CredentialSource } from './credentials.ts';
import { RegistryError } from './error.ts';
import { readText } from './status-error.ts';

export interface RegistryRequest {
  readonly method: HttpRequest['method'];
  /** A path of this host, or a URL that it gave. */
  readonly target: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  readonly scope: Scope;
  /** Completes "Cannot ..." in errors. */
  readonly doing: string;
  readonly signal: AbortSignal;
}

/** The answer, and the URL that gave it: relative Locations count from there. */
export interface RegistryResponse extends HttpResponse {
  readonly url: URL;
}

export interface RegistryHostOptions {
  /** With port where one was given. */
  readonly host: string;
  /** Where the user said which; else it is found out. */
  readonly scheme: 'http' | 'https' | undefined;
  /** Whether plain HTTP and unchecked certificates are allowed. */
  readonly insecure: boolean;
  readonly http: HttpClient;
  readonly sources: readonly CredentialSource[];
}

/** Redirects that are followed for one request. */
const redirectLimit = 5;

/** One registry host: which scheme it speaks, who we are to it, and where it sends us. */
export class RegistryHost {
  readonly host: string;
  /** Set when it could not be reached; mirrors are then passed over. */
  down = false;
  readonly #options: RegistryHostOptions;
  readonly #authorizer: Authorizer;
  #scheme: 'http' | 'https' | undefined;

  constructor(options: RegistryHostOptions) {
    this.host = options.host;
    this.#options = options;
    this.#scheme = options.scheme ?? (options.insecure ? undefined : 'https');
    this.#authorizer = new Authorizer({
      host: options.host,
      sources: options.sources,
      send: (request) => this.#send(request, 'get a token'),
      insecure: () => this.#scheme === 'http',
    });
  }

  /** Sends with whatever authorization is wanted and follows redirects. Any status but 401 is returned. Errors: UNAUTHORIZED, REGISTRY_UNREACHABLE, REGISTRY_TLS. */
  async request(request: RegistryRequest): Promise<RegistryResponse> {
    const { scope, doing, signal } = request;
    let grant = await this.#authorizer.grant(scope, doing, signal);
    for (;;) {
      const response = await this.#follow(request, grant?.header);
      if (response.status !== 401) {
        if (grant) this.#authorizer.accepted(grant);
        return response;
      }
      await readText(response);
      grant = await this.#authorizer.renew(scope, response.headers['www-authenticate'], grant, doing, signal);
      if (!grant) throw await this.#authorizer.unauthorized(scope, doing, signal);
    }
  }

  /** The Authorization header goes to this host only, since a redirect leads to whichever storage the registry uses. */
  async #follow(request: RegistryRequest, authorization: string | undefined): Promise<RegistryResponse> {
    const { method, body, doing, signal } = request;
    let { response, url, own } = await this.#first(request, authorization);
    for (let redirects = 0; ; redirects++) {
      const redirect = redirectOf(response, method, url);
      if (redirect === undefined) break;
      await readText(response);
      const next = this.#redirectTarget(redirect, url, redirects, doing);
      const headers = headersFor(next, own, authorized(request, authorization));
      response = await this.#send({ method, url: next, headers, signal, ...(body === undefined ? {} : { body }) }, doing);
      url = next;
    }
    if (response.status === 401 && url.origin !== own.origin) throw refusedByStorage(url, doing);
    return { ...response, url };
  }

  /** Finds out the scheme where it is not known yet: plain HTTP is tried first on this machine, last elsewhere. */
  async #first(request: RegistryRequest, authorization: string | undefined): Promise<{ response: HttpResponse; url: URL; own: URL }> {
    const { method, body, target, doing, signal } = request;
    const schemes = this.#scheme ? [this.#scheme] : isLoopback(this.host) ? (['http', 'https'] as const) : (['https', 'http'] as const);
    let failure: unknown;
    for (const scheme of schemes) {
      const base = new URL(`${scheme}://${this.host}`);
      const url = target instanceof URL ? target : new URL(target, base);
      const headers = headersFor(url, base, authorized(request, authorization));
      try {
        const response = await this.#send({ method, url, headers, signal, ...(body === undefined ? {} : { body }) }, doing);
        if (schemes.length > 1 && scheme === 'http' && (await isTlsPort(response, method))) continue;
        this.#scheme ??= scheme;
        this.down = false;
        return { response, url, own: base };
      } catch (error) {
        signal.throwIfAborted();
        failure ??= error;
      }
    }
    throw failure;
  }

  async #send(request: HttpRequest, doing: string): Promise<HttpResponse> {
    try {
      return await this.#options.http.send(request);
    } catch (error) {
      request.signal.throwIfAborted();
      throw connectionError(error, doing, request.url.host);
    }
  }

  #redirectTarget(redirect: NonNullable<Redirect>, from: URL, redirects: number, doing: string): URL {
    const fail = (found: string): RegistryError =>
      new RegistryError('REGISTRY_PROTOCOL', `Cannot ${doing}: ${from.host} ${found}`, { family: 'registry', hint: `Check how ${this.host} is set up.` });
    if (redirects >= redirectLimit) throw fail(`redirects more than ${redirectLimit} times`);
    if (redirect.kind === 'refused') throw fail(redirect.found);
    const next = redirect.url;
    if (from.protocol === 'https:' && next.protocol === 'http:' && !this.#options.insecure) throw fail(`redirects from HTTPS to http://${next.host}`);
    return next;
  }
}

function authorized({ headers }: RegistryRequest, authorization: string | undefined): Readonly<Record<string, string>> {
  return { ...headers, ...(authorization === undefined ? {} : { authorization }) };
}

/** What servers for HTTPS say to a plain request: Go's answers 400 with this text, nginx's with one of its own. */
async function isTlsPort(response: HttpResponse, method: string): Promise<boolean> {
  if (response.status !== 400 || response.headers['docker-distribution-api-version'] !== undefined) return false;
  return method === 'HEAD' || /HTTPS/.test(await readText(response));
}

function refusedByStorage(url: URL, doing: string): RegistryError {
  return new RegistryError('REGISTRY_FAILED', `Cannot ${doing}: ${url.host}, where the registry keeps its blobs, refused the request`, {
    family: 'registry',
    hint: 'The address that the registry gave may have run out; try again.',
    retryable: true,
    status: 401,
  });
}
