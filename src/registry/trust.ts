import { certificatesFor, type CertificateOptions, type TlsOptions } from './certificates.ts';
import type { HttpRequest, HttpResponse, Transport } from './transport.ts';

/** Sends requests with the certificates that each host is to be trusted by. */
export class TrustingTransport {
  readonly #transport: Transport;
  readonly #certificates: CertificateOptions;
  readonly #isInsecure: (host: string) => boolean;
  readonly #tls = new Map<string, TlsOptions>();
  readonly #withSystem = new Set<string>();

  constructor(transport: Transport, certificates: CertificateOptions, isInsecure: (host: string) => boolean) {
    this.#transport = transport;
    this.#certificates = certificates;
    this.#isInsecure = isInsecure;
  }

  /** As Transport.send. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    const { url } = request;
    if (url.protocol !== 'https:') return this.#transport.send(request);
    try {
      return await this.#transport.send({ ...request, tls: this.#tlsOf(url.host) });
    } catch (error) {
      if (this.#withSystem.has(url.host) || !isUnknownAuthority(error)) throw error;
      this.#withSystem.add(url.host);
      this.#tls.delete(url.host);
      return this.#transport.send({ ...request, tls: this.#tlsOf(url.host) });
    }
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
