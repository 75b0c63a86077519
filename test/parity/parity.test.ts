import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { peersMissing } from '../harness/buildkit.ts';
import { readCases } from './case.ts';
import { settledFamilyCases } from './families/index.ts';
import { settledRandomCases } from './random/index.ts';
import { knownDifferences, openBench } from './compare.ts';
import type { Bench, KnownDifference } from './compare.ts';

const missing = peersMissing();
if (missing !== undefined) console.log(`skipped: parity with BuildKit (${missing})`);

describe('parity with BuildKit: tree, config, history, warnings and refusals of', { skip: missing ?? false, concurrency: 3 }, () => {
  let bench: Bench;
  const seen = new Set<KnownDifference>();
  before(async () => {
    bench = await openBench();
  });
  after(async () => {
    await bench.close();
    const stale = knownDifferences.filter((known) => !seen.has(known));
    assert.deepEqual(stale, [], 'known differences that no case shows any more');
  });
  for (const one of [...readCases(), ...settledFamilyCases(), ...settledRandomCases()]) {
    test(one.name, async () => {
      const { unexplained, explained } = await bench.compare(one);
      for (const { known } of explained) seen.add(known);
      assert.deepEqual(unexplained, []);
    });
  }
});
