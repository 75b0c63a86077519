import type { GitOp } from '../../decide/graph/index.ts';
import { redirectOf, type HttpClient } from '../../host/http/index.ts';
import { OpsError } from './error.ts';
import { downloadError } from './download-error.ts';
import { withoutCredentials, type GitAuthorization } from './git-environment.ts';
import { shownRemote } from './git-failure.ts';

const redirectLimit = 5;
/** What git asks for first below a repository's URL. */
const refsPath = '/info/refs';

/**
 * Where a server has a repository that it redirects from: a repository may be renamed, but credentials stay with the scheme, host and port that they were given for.
 * Errors: GIT_REDIRECTED, and those of a download.
 */
export async function movedRemote(op: GitOp, { value }: GitAuthorization, http: HttpClient, signal: AbortSignal): Promise<string> {
  const origin = new URL(op.url);
  let url = new URL(`${withoutCredentials(op.url).replace(/\/$/, '')}${refsPath}?service=git-upload-pack`);
  for (let redirects = 0; redirects <= redirectLimit; redirects++) {
    const response = await http.send({ method: 'GET', url, headers: { authorization: value }, signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw downloadError(shownRemote(op), error);
    });
    response.body.destroy();
    const redirect = redirectOf(response, 'GET', url);
    if (redirect?.kind === 'refused') throw redirected(op, `${url.host} ${redirect.found}`);
    if (redirect === undefined) {
      if (!url.pathname.endsWith(refsPath)) throw redirected(op, `${url.host} redirects to what is no repository`);
      url.pathname = url.pathname.slice(0, -refsPath.length);
      url.search = '';
      return url.href;
    }
    if (redirect.url.origin !== origin.origin) throw redirected(op, `${url.host} redirects to ${redirect.url.origin}, where its credentials must not go`);
    url = redirect.url;
  }
  throw redirected(op, `${origin.host} redirects more than ${redirectLimit} times`);
}

/** The error of a redirect that credentials do not follow. */
export function redirected(op: GitOp, found: string): OpsError {
  return new OpsError('GIT_REDIRECTED', `Cannot fetch ${shownRemote(op)}: ${found}`, {
    family: 'network',
    hint: 'Name the repository by the URL that it has now, and give credentials for that host.',
  });
}
