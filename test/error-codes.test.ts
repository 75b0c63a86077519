import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { errorCodes, errorPage, errorPagePath } from '../scripts/error-codes.ts';

test('docs/errors.md lists the codes of the sources (node scripts/error-codes.ts writes it)', () => {
  assert.equal(readFileSync(errorPagePath, 'utf8'), errorPage());
});

test('error codes: each is explained, has a family, and is used', () => {
  const codes = errorCodes();
  assert.ok(codes.length > 100);
  const incomplete = codes.filter((each) => each.text === '' || (each.families.length === 0 && each.code !== 'SEVERAL') || !each.isUsed);
  assert.deepEqual(
    incomplete.map((each) => each.code),
    [],
  );
});
