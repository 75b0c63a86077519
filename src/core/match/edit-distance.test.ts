import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { editDistance } from './edit-distance.ts';

const names = fc.string({ maxLength: 7, unit: fc.constantFrom('a', 'b', 'c') });

for (const swaps of [false, true]) {
  test(`editDistance: agrees with the definition${swaps ? ', neighbours swapped' : ''}`, () => {
    fc.assert(
      fc.property(names, names, fc.integer({ min: 1, max: 9 }), (a, b, limit) => {
        assert.equal(editDistance(a, b, { limit, maxLength: 100, swaps }), Math.min(limit, defined(a, b, swaps)));
      }),
      { numRuns: 2000 },
    );
  });
}

test('editDistance: a name that is too long is far from all, itself included', () => {
  assert.equal(editDistance('aaaa', 'aaaa', { limit: 3, maxLength: 3 }), 3);
  assert.equal(editDistance('aaa', 'aaaa', { limit: 3, maxLength: 3 }), 3);
});

/** The recursive definition, letter by letter from the end. */
function defined(a: string, b: string, swaps: boolean): number {
  if (a === '' || b === '') return a.length + b.length;
  const [restA, restB] = [a.slice(0, -1), b.slice(0, -1)];
  let least = defined(restA, restB, swaps) + (a.at(-1) === b.at(-1) ? 0 : 1);
  if (least > 0) least = Math.min(least, defined(restA, b, swaps) + 1, defined(a, restB, swaps) + 1);
  if (swaps && a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1))
    least = Math.min(least, defined(a.slice(0, -2), b.slice(0, -2), swaps) + 1);
  return least;
}
