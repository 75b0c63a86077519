import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { batches, textOf } from './batches.ts';
import { familyCase } from './families/family.ts';
import { familyCases } from './families/index.ts';
import { randomCases } from './random/index.ts';

test('a batch has the stages of its cases under names of their own, and the listings of all', () => {
  const first = familyCase('f/first', ['FROM base AS from', 'RUN true', 'FROM other', 'COPY --from=from /a /b', 'RUN snap 1']);
  const second = familyCase('f/second', ['FROM base AS one', 'FROM one AS two', 'RUN --mount=from=one,target=/m snap 1']);
  const [batch, ...rest] = batches([first, second]);
  assert.deepEqual(rest, []);
  assert.deepEqual(batch!.holds, ['f/first', 'f/second']);
  assert.equal(
    textOf(batch!),
    `FROM base AS from-case0
RUN true
FROM other AS case0
COPY --from=from-case0 /a /b
RUN snap 1
FROM base AS one-case1
FROM one-case1 AS case1
RUN --mount=from=one-case1,target=/m snap 1
FROM scratch
COPY --from=case0 /snap/ /f/first/
COPY --from=case1 /snap/ /f/second/
`,
  );
});

test('cases of other flags or another context are in another batch', () => {
  const plain = familyCase('f/plain', ['FROM base', 'RUN snap 1']);
  const made = batches([plain, { ...plain, name: 'f/flags', flags: ['--no-cache'] }, { ...plain, name: 'f/context', context: {} }]);
  assert.deepEqual(
    made.map(({ name, holds }) => [name, holds]),
    [
      ['f/batch-1', ['f/plain']],
      ['f/batch-2', ['f/flags']],
      ['f/batch-3', ['f/context']],
    ],
  );
});

test('every name of settled.json is one of a case', () => {
  const settled = JSON.parse(readFileSync(join(import.meta.dirname, 'settled.json'), 'utf8')) as readonly string[];
  const cases = new Set([...familyCases(), ...randomCases()].map(({ name }) => name));
  assert.deepEqual(
    settled.filter((name) => !cases.has(name)),
    [],
  );
});
