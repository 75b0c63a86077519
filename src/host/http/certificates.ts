import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpError } from './error.ts';

export interface TlsOptions {
  readonly rejectUnauthorized?: boolean;
  /** Instead of the built-in authorities. */
  readonly ca?: readonly string[];
  /** Client certificate. */
  readonly cert?: string;
  readonly key?: string;
}

export interface CertificateOptions {
  /** Folders as docker's `/etc/docker/certs.d`: below, a folder per host with `*.crt` (authorities) and `*.cert` with `*.key` (client certificate). */
  readonly folders: readonly string[];
  /** PEM files with further authorities. */
  readonly caFiles: readonly string[];
}

/**
 * Whom to trust at a host: Node's own authorities, the files given and, with `system`, those of the operating system. The latter take 100 ms to load, so they are
 * asked for only where a certificate is not trusted without them. Errors: CERTIFICATE_UNREADABLE.
 */
export function certificatesFor(host: string, options: CertificateOptions, system: boolean): TlsOptions {
  const tls = process.getBuiltinModule('node:tls');
  const extra = options.caFiles.map(readCertificates);
  let client: { cert: string; key: string } | undefined;
  // URLs leave the standard port out; a folder may be named with it.
  const folders = options.folders.flatMap((base) => (/:\d+$/.test(host) ? [join(base, host)] : [join(base, host), join(base, `${host}:443`)]));
  for (const folder of folders) {
    const names = namesIn(folder);
    for (const name of names) {
      if (name.endsWith('.crt')) extra.push(readCertificates(join(folder, name)));
      const key = name.replace(/\.cert$/, '.key');
      if (key !== name && names.includes(key)) client ??= { cert: readCertificates(join(folder, name)), key: readCertificates(join(folder, key)) };
    }
  }
  if (!system && extra.length === 0) return { ...client };
  const ca = [...tls.getCACertificates('default'), ...(system ? tls.getCACertificates('system') : []), ...extra];
  return { ca: [...new Set(ca)], ...client };
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new HttpError('CERTIFICATE_UNREADABLE', `Cannot read certificates from ${file}: ${(error as Error).message}`, { family: 'filesystem', cause: error });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** PEM of all that a program is to trust: Node's and the system's authorities and those of the files. Errors: CERTIFICATE_UNREADABLE. */
export function certificateBundle(caFiles: readonly string[]): string {
  const tls = process.getBuiltinModule('node:tls');
  return [...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system'), ...caFiles.map(readCertificates)])].join('\n');
}
