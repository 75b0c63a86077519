import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildError, BuildErrors, type BuildErrorOptions } from '../../core/errors.ts';
import { atLocation } from './error.ts';

const location = { file: 'Dockerfile', startLine: 1, endLine: 1 };

class RateError extends BuildError<'RATE'> {
  readonly retryAfterMs: number | undefined;
  readonly #secret: string;

  constructor(code: 'RATE', message: string, options: BuildErrorOptions & { readonly retryAfterMs?: number }) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
    this.#secret = code;
  }

  get own(): string {
    return this.#secret;
  }
}

test('atLocation: an error with a place is of the same class and says the same', () => {
  const cause = new Error('why');
  const error = new RateError('RATE', 'Cannot pull', { family: 'registry', hint: 'Wait.', retryable: true, retryAfterMs: 7000, cause });
  const there = atLocation(Object.assign(error, { status: 429 }), location);
  assert.ok(there instanceof RateError && there !== error);
  assert.equal(error.location, undefined);
  assert.deepEqual(Object.entries(there), Object.entries({ ...Object.fromEntries(Object.entries(error)), location }));
  assert.equal(there.cause, cause);
  assert.equal(there.stack, error.stack);
  assert.equal(there.own, 'RATE');
  assert.equal(atLocation(there, { ...location, startLine: 9 }), there);
});

test('atLocation: each of several errors', () => {
  const errors = new BuildErrors([
    new RateError('RATE', 'a', { family: 'registry', retryAfterMs: 1 }),
    new RateError('RATE', 'b', { family: 'registry', location: { ...location, startLine: 5 } }),
  ]);
  const there = atLocation(errors, location);
  assert.ok(there instanceof BuildErrors);
  assert.deepEqual(
    there.errors.map((error) => [error.message, error.location?.startLine, (error as RateError).retryAfterMs]),
    [
      ['a', 1, 1],
      ['b', 5, undefined],
    ],
  );
});
