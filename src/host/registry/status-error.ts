import { RegistryError, type RegistryErrorCode } from './error.ts';
import { isPassingStatus, retryAdvice, type HttpResponse } from '../http/index.ts';

/** Bytes of an error's body that are read. */
const bodyLimitBytes = 64 << 10;

/** The error for an answer that is not a success; reads the body. `missing` is what a 404 without a code of its own means. */
export async function statusError(response: HttpResponse, doing: string, host: string, missing: 'MANIFEST_UNKNOWN' | 'BLOB_UNKNOWN'): Promise<RegistryError> {
  const { status } = response;
  const { code, message } = firstFault(await readText(response));
  const said = message ? `: ${message}` : '';
  const fail = (ours: RegistryErrorCode, found: string, options: { family: 'registry' | 'authentication'; hint: string; retryable?: boolean }): RegistryError =>
    new RegistryError(ours, `Cannot ${doing}: ${found}`, {
      ...retryAdvice(status, response.headers['retry-after']),
      retryable: false,
      ...options,
    });

  if (status === 401)
    return fail('UNAUTHORIZED', `${host} wants other credentials${said}`, { family: 'authentication', hint: `Log in with \`docker login ${host}\`.` });
  if (status === 403) {
    return fail('DENIED', `${host} does not allow it${said}`, {
      family: 'authentication',
      hint: 'Check that the repository exists and that the account may do this there.',
    });
  }
  if (status === 404) {
    const unknown = code === 'NAME_UNKNOWN' || code === 'MANIFEST_UNKNOWN' || code === 'BLOB_UNKNOWN' ? code : missing;
    const found = { NAME_UNKNOWN: 'no such repository', MANIFEST_UNKNOWN: 'no such tag or digest', BLOB_UNKNOWN: 'no such blob' }[unknown];
    return fail(unknown, `${host} has ${found}`, {
      family: 'registry',
      hint: 'Check the spelling of the name and the tag, and that the image was pushed there.',
    });
  }
  if (status === 429 || code === 'TOOMANYREQUESTS') {
    return fail('RATE_LIMITED', `${host} gets too many requests from here${said}`, {
      family: 'registry',
      hint: 'Wait, log in for a higher limit, or use a mirror.',
      retryable: true,
    });
  }
  if (status >= 500 || isPassingStatus(status)) {
    return fail('REGISTRY_FAILED', `${host} answered ${status}${said}`, {
      family: 'registry',
      hint: 'The registry has a fault of its own; try again later.',
      retryable: isPassingStatus(status),
    });
  }
  if (code === 'DIGEST_INVALID') {
    return fail('REGISTRY_DIGEST_MISMATCH', `${host} received other bytes than were sent${said}`, {
      family: 'registry',
      hint: 'Something between here and the registry alters data; try again.',
      retryable: true,
    });
  }
  return fail('REGISTRY_REFUSED', `${host} answered ${status}${code ? ` ${code}` : ''}${said}`, {
    family: 'registry',
    hint: `Check that ${host} is a registry of the distribution API, version 2.`,
  });
}

/** Reads a small body whole; what is over the limit is dropped. */
export async function readText(response: HttpResponse): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      total += chunk.length;
      if (total > bodyLimitBytes) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(chunks).toString();
}

/** Distribution spec, error codes. Control characters are dropped, since the text goes to a terminal. */
function firstFault(text: string): { code?: string; message?: string } {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: unknown; message?: unknown }[] };
    const [first] = errors ?? [];
    const clean = (value: unknown): string => (typeof value === 'string' ? value.replace(/\p{Cc}/gu, ' ').slice(0, 300) : '');
    return { code: clean(first?.code), message: clean(first?.message) };
  } catch {
    return {};
  }
}
