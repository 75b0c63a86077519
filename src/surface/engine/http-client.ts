import { HttpClient } from '../../host/http/index.ts';
import type { Settings } from '../request/index.ts';
import { version } from '../../core/version.ts';

/** The client for whatever is no registry: files of ADD, contexts, git. */
export function openHttpClient({ env }: Settings): HttpClient {
  return new HttpClient({ userAgent: `ossb/${version}`, proxyEnv: env, certificates: { caFiles: caFilesOf(env) } });
}

/** Files with authorities to trust besides the usual ones. */
export function caFilesOf(env: Settings['env']): readonly string[] {
  // Node trusts the second by itself, but git must be configured.
  return [env['SSL_CERT_FILE'], env['NODE_EXTRA_CA_CERTS']].flatMap((file) => (file === undefined || file === '' ? [] : [file]));
}
