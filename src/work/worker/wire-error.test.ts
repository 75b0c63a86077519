import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BuildError, BuildErrors } from '../../core/errors.ts';
import { ContentError } from '../../host/content/index.ts';
import { SysError } from '../../host/sys/index.ts';
import { fromWireError, toWireError } from '../protocol/index.ts';

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

test('class, errno, location and what else an error says come across', () => {
  const location = { file: 'Dockerfile', startLine: 2, endLine: 3, text: 'FROM a' };
  const cause = new ContentError('DISK_FULL', 'Cannot store: full', { family: 'resource', location });
  const error = across(new SysError('SYSCALL_FAILED', 'Cannot mount: EPERM', { errno: 'EPERM', hint: 'Do z.', cause }));
  assert.ok(error instanceof SysError);
  assert.equal(error.errno, 'EPERM');
  assert.equal(error.hint, 'Do z.');
  assert.ok(error.cause instanceof ContentError);
  assert.deepEqual(error.cause.location, location);
  const limited: Error & { status?: number; retryAfterMs?: number } = across(
    Object.assign(new SomeError('SOME_CODE', 'm', { family: 'network' }), { status: 429, retryAfterMs: 5000 }),
  );
  assert.equal(limited.name, 'SomeError');
  assert.deepEqual([limited.status, limited.retryAfterMs], [429, 5000]);
});

test('an error of the system keeps its errno, call and path', () => {
  let found: unknown;
  try {
    statSync('/does/not/exist');
  } catch (error) {
    found = error;
  }
  const { code, errno, syscall, path } = across(found) as NodeJS.ErrnoException;
  assert.deepEqual({ code, errno, syscall, path }, { code: 'ENOENT', errno: -2, syscall: 'stat', path: '/does/not/exist' });
});

test('every class of error in the rooms that the worker uses comes across as itself', async () => {
  const src = join(import.meta.dirname, '../..');
  const rooms = ['host/content', 'host/devices', 'layers/index', 'core/stream', 'host/sys', 'core/tar', 'core/tree', 'work/protocol'];
  const found: string[] = [];
  for (const room of rooms) {
    const exported = (await import(join(src, room, 'index.ts'))) as Record<string, unknown>;
    for (const [name, Kind] of Object.entries(exported)) {
      if (typeof Kind !== 'function' || !(Kind.prototype instanceof BuildError)) continue;
      found.push(name);
      const error = new (Kind as typeof SomeError)('SOME_CODE', 'Cannot x: y', { family: 'validation' });
      assert.ok(across(error) instanceof Kind, name);
    }
  }
  assert.ok(found.includes('SnapshotError') && found.length >= rooms.length - 1, found.join());
});
