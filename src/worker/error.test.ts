import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildError, BuildErrors } from '../errors.ts';
import { fromWireError, toWireError } from './error.ts';

class SomeError extends BuildError<'SOME_CODE'> {}

function across(error: unknown): Error {
  return fromWireError(structuredClone(toWireError(error)));
}

test('a BuildError comes across with name, code, family, hint, retryable and cause', () => {
  const cause = Object.assign(new Error('disk'), { code: 'ENOSPC' });
  const error = across(new SomeError('SOME_CODE', 'Cannot x: y', { family: 'resource', hint: 'Do z.', retryable: true, cause }));
  assert.ok(error instanceof BuildError);
  const { name, code, family, hint, retryable, message } = error;
  assert.deepEqual(
    { name, code, family, hint, retryable, message },
    { name: 'SomeError', code: 'SOME_CODE', family: 'resource', hint: 'Do z.', retryable: true, message: 'Cannot x: y' },
  );
  assert.equal((error.cause as { code?: string }).code, 'ENOSPC');
});

test('several errors come across as several', () => {
  const error = across(new BuildErrors([new SomeError('SOME_CODE', 'a', { family: 'validation' }), new SomeError('SOME_CODE', 'b', { family: 'validation' })]));
  assert.ok(error instanceof BuildErrors);
  assert.deepEqual(
    error.errors.map((each) => each.message),
    ['a', 'b'],
  );
});

test('what is no BuildError stays a plain error with its stack and code', () => {
  const error = across(Object.assign(new TypeError('bug'), { code: 'EIO' }));
  assert.ok(!(error instanceof BuildError));
  assert.match(error.stack ?? '', /error\.test\.ts/);
  assert.equal((error as Error & { code?: string }).code, 'EIO');
  assert.equal(across('text').message, 'text');
});
