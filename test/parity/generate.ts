// Builds Dockerfiles that are made from seeds with OSSB and BuildKit, and prints the smallest form of each that comes out differently.
// usage: node test/parity/generate.ts [--seed N] [--count N] [--jobs N] [--keep-whole]
import { parseArgs } from 'node:util';
import { openBench } from './compare.ts';
import { generateProgram } from './random/generator.ts';
import { formatProgram, programCase } from './random/program.ts';
import type { Program } from './random/program.ts';
import { shrink } from './random/shrink.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    jobs: { type: 'string', default: '2' },
    'keep-whole': { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const bench = await openBench();
let bad = 0;
try {
  const seeds = Array.from({ length: Number(values.count) }, (_, i) => first + i).values();
  await Promise.all(
    Array.from({ length: Number(values.jobs) }, async () => {
      for (const seed of seeds) await check(generateProgram(seed));
    }),
  );
} finally {
  await bench.close();
}
console.log(`seeds ${first} to ${first + Number(values.count) - 1}: ${bad} differ`);
process.exitCode = bad === 0 ? 0 : 1;

async function check(program: Program): Promise<void> {
  const found = await differencesOf(program);
  if (found.length === 0) return console.log(`same    ${program.name}`);
  bad++;
  // A smaller one must show the same kind of difference.
  const kind = kindOf(found[0]!);
  const smallest = values['keep-whole']
    ? program
    : await shrink(program, async (smaller) => (await differencesOf(smaller)).some((line) => kindOf(line) === kind));
  const lines = smallest === program ? found : await differencesOf({ ...smallest, name: `${program.name}-smallest` });
  const context = Object.entries(smallest.context).map(([path, entry]) => `  ${path}: ${JSON.stringify(entry)}`);
  console.log([`differs ${program.name}`, ...lines.map((line) => `  ${line}`), formatProgram(smallest), ...context].join('\n'));
}

async function differencesOf(program: Program): Promise<string[]> {
  try {
    const { unexplained } = await bench.compare(programCase(program));
    return unexplained.map(({ where, buildkit, ossb }) => `${where}: BuildKit ${buildkit}, OSSB ${ossb}`);
  } catch (error) {
    return [`error: ${String(error)}`];
  }
}

/** What a difference is of, without the path and the number of the state. */
function kindOf(line: string): string {
  return line.replace(/^as an ordinary user: /, '').split(' ')[0]!;
}
