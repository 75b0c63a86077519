/** Docker's rule: what runs on this machine needs no TLS, and no proxy. `host` may have a port. */
export function isLoopback(host: string): boolean {
  return /^(localhost|[a-z0-9-.]+\.localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(host);
}
