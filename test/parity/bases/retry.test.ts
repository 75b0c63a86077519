import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retry } from './retry.ts';

test('an upload that fails because another one is under way is done again', async () => {
  let calls = 0;
  await retry(async () => {
    if (++calls < 3) throw new Error('400 DIGEST_INVALID');
  }, 1);
  assert.equal(calls, 3);
});

test('what fails five times fails with the last error', async () => {
  let calls = 0;
  await assert.rejects(
    retry(async () => {
      throw new Error(`failure ${++calls}`);
    }, 1),
    /failure 5/,
  );
});
