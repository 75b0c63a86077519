// Compares OSSB and BuildKit by hand.
// usage: node test/parity/run.ts [--only-buildkit] [--jobs N] [PART-OF-A-NAME...]     default: what CI compares
import { readCases } from './case.ts';
import { familyCases, settledFamilyCases } from './families/index.ts';
import { randomCases, settledRandomCases } from './random/index.ts';
import type { Case } from './case.ts';
import { openBench } from './compare.ts';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'only-buildkit': { type: 'boolean' }, jobs: { type: 'string', default: '2' } },
});
const named = (test: Case) => positionals.some((part) => test.name.includes(part));
const cases =
  positionals.length === 0
    ? [...readCases(), ...settledFamilyCases(), ...settledRandomCases()]
    : [...readCases(), ...familyCases(), ...randomCases()].filter(named);
const bench = await openBench();
const started = performance.now();
let bad = 0;
try {
  const queue = cases.values();
  await Promise.all(
    Array.from({ length: Number(values.jobs) }, async () => {
      for (const test of queue) await check(test);
    }),
  );
} finally {
  await bench.close();
}
console.log(`${cases.length} cases, ${bad} with unexplained differences, ${((performance.now() - started) / 1000).toFixed(1)} s`);
process.exitCode = bad === 0 ? 0 : 1;

async function check(test: Case): Promise<void> {
  const begun = performance.now();
  try {
    const lines = values['only-buildkit'] === true ? await checkBuildKit(test) : await checkBoth(test);
    if (lines.length > 0) bad++;
    const seconds = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
    console.log([`${lines.length > 0 ? 'differs' : 'same   '} ${test.name} (${seconds})`, ...lines].join('\n  '));
  } catch (error) {
    bad++;
    console.log(`error   ${test.name}\n${String(error)}`);
  }
}

async function checkBoth(test: Case): Promise<string[]> {
  const { unexplained } = await bench.compare(test);
  return unexplained.map((d) => `${d.where}: BuildKit ${d.buildkit}, OSSB ${d.ossb}`);
}

async function checkBuildKit(test: Case): Promise<string[]> {
  const result = await bench.buildkit(test);
  if (test.rejects !== 'either' && (result.exitCode !== 0) !== test.rejects) return [`exit code ${result.exitCode}`, ...result.stderr.split('\n').slice(-15)];
  return [];
}
