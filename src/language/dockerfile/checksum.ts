import { fault } from './error.ts';

/** What `ADD --checksum` takes: a sha256 digest for a URL, 7 to 64 hex digits of a commit for git. Which of them is right is known with the source. Errors: BAD_CHECKSUM. */
export function checkChecksum(text: string): void {
  if (/^(?:sha256:[0-9a-f]{64}|[0-9a-fA-F]{7,64})$/.test(text)) return;
  throw fault('BAD_CHECKSUM', `Cannot use --checksum=${text}: it is no sha256 digest and no commit`, {
    hint: 'Write sha256: and 64 lower-case hex digits for a URL, or the hex digits of the commit, at least seven, for git.',
  });
}
