/** A Retry-After header as milliseconds from `nowMs`: it is a number of seconds, or a date (RFC 9110 section 10.2.3). Undefined for anything else. */
export function parseRetryAfter(text: string | undefined, nowMs: number): number | undefined {
  const value = text?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // A date has the name of a day or month; `Date.parse` alone would take "1.5" for one.
  const atMs = /[A-Za-z]{3}/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

/** Whether the same request may succeed later, by the status of its answer. */
export function isPassingStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** What an answer that is not a success says about another try, for an AnswerError. */
export function retryAdvice(
  status: number,
  retryAfter: string | undefined,
): { readonly status: number; readonly retryable: boolean; readonly retryAfterMs: number | undefined } {
  return { status, retryable: isPassingStatus(status), retryAfterMs: parseRetryAfter(retryAfter, Date.now()) };
}
