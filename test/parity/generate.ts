// Builds Dockerfiles that are made from seeds with OSSB and BuildKit, and prints the smallest form of each that comes out differently.
// By default those of a context are stages of one Dockerfile, and what their steps see is compared; with --alone each is built by itself, and its layers and config are compared too.
// usage: node test/parity/generate.ts [--seed N] [--count N] [--jobs N] [--alone] [--keep-whole]
import { parseArgs } from 'node:util';
import { batches } from './batches.ts';
import { openBench } from './compare.ts';
import type { Case } from './case.ts';
import type { Difference } from './differences.ts';
import { generateProgram } from './random/generator.ts';
import { formatProgram, programCase } from './random/program.ts';
import type { Program } from './random/program.ts';
import { shrink } from './random/shrink.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    jobs: { type: 'string', default: '2' },
    alone: { type: 'boolean', default: false },
    'keep-whole': { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const programs = new Map(Array.from({ length: Number(values.count) }, (_, i) => generateProgram(first + i)).map((one) => [one.name, one]));
const bench = await openBench();
let bad = 0;
try {
  const cases = [...programs.values()].map(programCase);
  const queue = (values.alone ? cases : batches(cases)).values();
  await Promise.all(
    Array.from({ length: Number(values.jobs) }, async () => {
      for (const one of queue) for (const name of await suspectsOf(one)) await check(programs.get(name)!);
    }),
  );
} finally {
  await bench.close();
}
console.log(`seeds ${first} to ${first + programs.size - 1}: ${bad} differ`);
process.exitCode = bad === 0 ? 0 : 1;

/** Names of the programs of a batch that may differ: all of them where it does not say which, as where one cannot be built. */
async function suspectsOf(one: Case): Promise<readonly string[]> {
  if (one.holds === undefined) return [one.name];
  const differences = await differencesOf(one);
  const found = one.holds.filter((name) => differences.some(({ where }) => where.includes(` ${name}/`)));
  const suspects = differences.length > 0 && found.length === 0 ? one.holds : found;
  for (const name of one.holds) if (!suspects.includes(name)) console.log(`same    ${name}`);
  return suspects;
}

async function check(program: Program): Promise<void> {
  const found = await differencesOf(programCase(program));
  if (found.length === 0) return console.log(`same    ${program.name}`);
  bad++;
  // A smaller one must show the same kind of difference.
  const kind = kindOf(found[0]!);
  const smallest = values['keep-whole']
    ? program
    : await shrink(program, async (smaller) => (await differencesOf(programCase(smaller))).some((one) => kindOf(one) === kind));
  const differences = smallest === program ? found : await differencesOf(programCase({ ...smallest, name: `${program.name}-smallest` }));
  const lines = differences.map(({ where, buildkit, ossb }) => `  ${where}: BuildKit ${buildkit}, OSSB ${ossb}`);
  const context = Object.entries(smallest.context).map(([path, entry]) => `  ${path}: ${JSON.stringify(entry)}`);
  console.log([`differs ${program.name}`, ...lines, formatProgram(smallest), ...context].join('\n'));
}

async function differencesOf(one: Case): Promise<readonly Difference[]> {
  try {
    return (await bench.compare(one)).unexplained;
  } catch (error) {
    return [{ where: 'error', buildkit: '', ossb: String(error) }];
  }
}

/** What a difference is of, without the path and the number of the state; of a state, also what both say it is. */
function kindOf({ where, buildkit, ossb }: Difference): string {
  const kind = where.replace(/^as an ordinary user: /, '').split(' ')[0]!;
  return kind === 'state' ? `${kind} ${buildkit.split(' ')[0]} ${ossb.split(' ')[0]}` : kind;
}
