import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  /** PEM of the authority that signed the certificate. */
  readonly authority: string;
  readonly key: string;
  readonly cert: string;
}

/** A certificate for host names, signed by an authority that nobody knows yet. Undefined where openssl is not installed. */
export function makeCertificates(hosts: readonly string[]): Certificates | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-certificate-'));
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): boolean => spawnSync('openssl', args, { stdio: 'ignore' }).status === 0;
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const sign = ['x509', '-req', '-CAcreateserial', '-days', '2'];
  try {
    writeFileSync(file('names'), `subjectAltName=${hosts.map((host) => `${/^[\d.:]+$/.test(host) ? 'IP' : 'DNS'}:${host}`).join(',')}\n`);
    const made =
      openssl('req', '-x509', ...ec, '-keyout', file('ca.key'), '-out', file('ca.pem'), '-days', '2', '-subj', '/CN=authority') &&
      openssl('req', ...ec, '-keyout', file('key'), '-out', file('request'), '-subj', '/CN=server') &&
      openssl(...sign, '-in', file('request'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-out', file('cert'), '-extfile', file('names'));
    if (!made) return undefined;
    return { authority: readFileSync(file('ca.pem'), 'utf8'), key: readFileSync(file('key'), 'utf8'), cert: readFileSync(file('cert'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
