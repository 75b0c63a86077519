/** Runs the unit tests and prints what share of lines and branches of each room they reach. usage: npm run coverage */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Reached {
  lines: number;
  linesReached: number;
  branches: number;
  branchesReached: number;
}

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'ossb-coverage-'));
try {
  const report = join(folder, 'lcov');
  const tests = globSync('src/**/*.test.ts', { cwd: root }).filter((file) => !file.endsWith('.slow.test.ts'));
  const flags = ['--experimental-test-coverage', '--test-coverage-include=src/**/*.ts', '--test-coverage-exclude=**/*.test.ts'];
  const reporters = ['--test-reporter=dot', '--test-reporter-destination=stderr', '--test-reporter=lcov', `--test-reporter-destination=${report}`];
  const run = spawnSync(process.execPath, ['--test', ...flags, ...reporters, ...tests], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  print(readReport(readFileSync(report, 'utf8')));
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** By room. The format is lcov's: geninfo(1). */
function readReport(text: string): Map<string, Reached> {
  const rooms = new Map<string, Reached>();
  let room: Reached | undefined;
  for (const line of text.split('\n')) {
    const [key, value = ''] = line.split(':', 2);
    if (key === 'SF') room = roomOf(value, rooms);
    else if (room === undefined) continue;
    else if (key === 'LF') room.lines += Number(value);
    else if (key === 'LH') room.linesReached += Number(value);
    else if (key === 'BRF') room.branches += Number(value);
    else if (key === 'BRH') room.branchesReached += Number(value);
  }
  return rooms;
}

/** Undefined for what only tests use. */
function roomOf(file: string, rooms: Map<string, Reached>): Reached | undefined {
  if (/\/testing[/.]|\/fake-/.test(file)) return undefined;
  const name = /(?:^|\/)src\/([^/]+\/[^/.]+)/.exec(file)?.[1];
  if (name === undefined) return undefined;
  let room = rooms.get(name);
  if (room === undefined) rooms.set(name, (room = { lines: 0, linesReached: 0, branches: 0, branchesReached: 0 }));
  return room;
}

function print(rooms: ReadonlyMap<string, Reached>): void {
  const percent = (part: number, whole: number): string => `${whole === 0 ? '100.0' : ((100 * part) / whole).toFixed(1)} %`.padStart(9);
  const row = (name: string, { lines, linesReached, branches, branchesReached }: Reached): void =>
    console.log(`${name.padEnd(24)}${percent(linesReached, lines)} ${percent(branchesReached, branches)}`);
  console.log(`${'room'.padEnd(24)}${'lines'.padStart(9)}${'branches'.padStart(10)}`);
  const floors = Object.entries(
    Object.groupBy(
      [...rooms].sort(([a], [b]) => (a < b ? -1 : 1)),
      ([name]) => name.split('/')[0]!,
    ),
  );
  for (const [floor, ofFloor = []] of floors) {
    for (const [name, reached] of ofFloor) row(`  ${name}`, reached);
    row(
      floor,
      ofFloor
        .map(([, reached]) => reached)
        .reduce((sum, each) => ({
          lines: sum.lines + each.lines,
          linesReached: sum.linesReached + each.linesReached,
          branches: sum.branches + each.branches,
          branchesReached: sum.branchesReached + each.branchesReached,
        })),
    );
  }
}
