import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pagePath, parityPage } from './page.ts';

test('docs/parity.md lists what known-differences.json holds (node test/parity/page.ts writes it)', () => {
  assert.equal(readFileSync(pagePath, 'utf8'), parityPage());
});
