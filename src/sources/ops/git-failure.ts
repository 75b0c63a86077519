import type { GitOp } from '../../decide/graph/index.ts';
import { redactURLs } from '../../core/redact.ts';
import { OpsError } from './error.ts';

/** What a git command that failed means, by its messages in the C locale. */
export function gitFailure(op: GitOp, args: readonly string[], stderr: string): OpsError {
  const said = stderr
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('hint:'));
  const last = said.findLast((line) => /^(fatal|error):/.test(line)) ?? said.at(-1) ?? `git ${args[0]} failed`;
  const found = last.replace(/^(fatal|error): /, '');
  const text = stderr.toLowerCase();
  const [code, hint, retryable] = ladder.find(([pattern]) => pattern.test(text))?.[1] ?? ['GIT_FAILED', 'Check the URL.', false];
  return new OpsError(code, `Cannot fetch ${shownRemote(op)}: ${found}`, {
    family: code === 'GIT_UNAUTHORIZED' ? 'authentication' : 'network',
    hint,
    retryable,
  });
}

/** Whether a server led elsewhere, and git was not to follow. */
export function isRedirectFailure(stderr: string): boolean {
  return /returned error: 30[1278]|unable to update url base from redirection/i.test(stderr);
}

/** The URL without a password. */
export function shownRemote(op: Pick<GitOp, 'url'>): string {
  return redactURLs(op.url);
}

const tokenHint = 'Give --secret id=GIT_AUTH_TOKEN for https, or --ssh default for ssh.';
const ladder: readonly [RegExp, readonly ['GIT_FAILED' | 'GIT_REF_MISSING' | 'GIT_UNAUTHORIZED', string, boolean]][] = [
  [
    /host key verification failed|remote host identification has changed/,
    ['GIT_UNAUTHORIZED', 'The key of the host is not the one that was known before.', false],
  ],
  [/certificate (problem|verification failed)|self[- ]signed certificate/, ['GIT_FAILED', 'Name the certificate of its authority in SSL_CERT_FILE.', false]],
  [
    /authentication failed|could not read (username|password)|permission denied|terminal prompts disabled|error: 40[13]|access denied/,
    ['GIT_UNAUTHORIZED', tokenHint, false],
  ],
  [
    /repository .*not found|does not appear to be a git repository|error: 404/,
    ['GIT_FAILED', `Check the URL. Private repositories need credentials: ${tokenHint.slice(0, 1).toLowerCase()}${tokenHint.slice(1)}`, false],
  ],
  [/couldn't find remote ref|not our ref|no such remote ref/, ['GIT_REF_MISSING', 'Check the name of the branch or tag after the #.', false]],
  [/could not resolve host|connection (timed out|refused|reset)|early eof|error: 5\d\d|the remote end hung up/, ['GIT_FAILED', 'Check the connection.', true]],
];
