import { certificatesFor, type CertificateOptions, type TlsOptions } from './certificates.ts';
import { HttpError } from './error.ts';
import { headersFor, redirectOf } from './redirect.ts';
import { Transport, type HttpRequest, type HttpResponse } from './transport.ts';

export interface HttpClientOptions {
  readonly userAgent: string;
  /** The environment with HTTP_PROXY, HTTPS_PROXY and NO_PROXY. Default: no proxy. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>;
  /** Default 8. */
  readonly connectionsPerHost?: number;
  /** Milliseconds; default 15 000. */
  readonly connectTimeoutMs?: number;
  /** No byte for so long breaks a request off, milliseconds. Default 60 000. */
  readonly idleTimeoutMs?: number;
  /** Whom to trust besides Node's own authorities. Default: nobody. */
  readonly certificates?: Partial<CertificateOptions>;
  /** Hosts, with port where they have one, whose certificates are not checked. Default: none. */
  readonly isInsecure?: (host: string) => boolean;
}

/** The answer, and the URL that gave it. */
export interface FollowedResponse extends HttpResponse {
  readonly url: URL;
}

/**
 * HTTP requests through the proxies that the environment names, with the certificates that each host is to be trusted by. Connections are kept until `close`.
 * Where there is no answer, requests fail with Node's error, which `connectionFault` reads.
 */
export class HttpClient {
  readonly #transport: Transport;
  readonly #certificates: CertificateOptions;
  readonly #isInsecure: (host: string) => boolean;
  readonly #tls = new Map<string, TlsOptions>();
  readonly #withSystem = new Set<string>();

  constructor(options: HttpClientOptions) {
    const { userAgent, proxyEnv = {}, connectionsPerHost = 8, connectTimeoutMs = 15_000, idleTimeoutMs = 60_000 } = options;
    this.#transport = new Transport({ userAgent, proxyEnv, connectionsPerHost, connectTimeoutMs, idleTimeoutMs });
    this.#certificates = { folders: [], caFiles: [], ...options.certificates };
    this.#isInsecure = options.isInsecure ?? (() => false);
  }

  /** One request and its answer, whatever its status. Errors: PROXY_INVALID, CERTIFICATE_UNREADABLE, and Node's. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const proxy = this.#transport.proxyFor(request.url);
    const hosts = [request.url, ...(proxy === undefined ? [] : [proxy])].filter(({ protocol }) => protocol === 'https:').map(({ host }) => host);
    const trust = (): { host: TlsOptions; proxy: TlsOptions } => ({
      host: request.url.protocol === 'https:' ? this.#tlsOf(request.url.host) : {},
      proxy: proxy?.protocol === 'https:' ? this.#tlsOf(proxy.host) : {},
    });
    try {
      return await this.#transport.send(request, trust());
    } catch (error) {
      const untried = hosts.filter((host) => !this.#withSystem.has(host));
      if (untried.length === 0 || !isUnknownAuthority(error)) throw error;
      for (const host of untried) {
        this.#withSystem.add(host);
        this.#tls.delete(host);
      }
      return this.#transport.send(request, trust());
    }
  }

  /**
   * Sends a request without a body and follows redirects, at most `limit`; default 10, as Go's programs do. Credentials stay with the scheme, host and port that
   * they were given for. `doing` completes "Cannot ..." in errors. Errors: REDIRECT_REFUSED and those of `send`.
   */
  async follow(request: HttpRequest & { readonly method: 'GET' | 'HEAD' }, doing: string, limit: number = 10): Promise<FollowedResponse> {
    const { url: own, headers = {} } = request;
    let url = own;
    for (let redirects = 0; ; redirects++) {
      const response = await this.send({ ...request, url, headers: headersFor(url, own, headers) });
      const redirect = redirectOf(response, request.method, url);
      if (redirect === undefined) return { ...response, url };
      response.body.destroy();
      if (redirect.kind === 'refused') throw refused(doing, `${url.host} ${redirect.found}`);
      if (redirects >= limit) throw refused(doing, `${url.host} redirects more than ${limit} times`);
      url = redirect.url;
    }
  }

  /** Closes all connections; what is under way fails. */
  close(): void {
    this.#transport.close();
  }

  #tlsOf(host: string): TlsOptions {
    let tls = this.#tls.get(host);
    if (!tls) {
      tls = { ...certificatesFor(host, this.#certificates, this.#withSystem.has(host)), ...(this.#isInsecure(host) ? { rejectUnauthorized: false } : {}) };
      this.#tls.set(host, tls);
    }
    return tls;
  }
}

function isUnknownAuthority(error: unknown): boolean {
  return /^(UNABLE_TO_|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)/.test((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

function refused(doing: string, found: string): HttpError {
  return new HttpError('REDIRECT_REFUSED', `Cannot ${doing}: ${found}`, { family: 'network', hint: 'Check the URL, and where it leads.' });
}
