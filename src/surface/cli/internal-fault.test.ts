import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { internalFault } from './internal-fault.ts';

test('internalFault: places of a bundle become those of the sources, where a source map is beside it', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-fault-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = join(folder, 'main.cjs');
  // Line 1, column 1 is line 3, column 5 of the source.
  writeFileSync(`${program}.map`, JSON.stringify({ version: 3, sources: ['../src/cli/flags/flag.ts'], names: [], mappings: 'AAEI' }));
  const error = new TypeError('x is undefined');
  error.stack = `TypeError: x is undefined\n    at parse (${program}:1:1)\n    at file://${program}:1:1\n    at run (${join(folder, 'other.cjs')}:7:9)\n    at process.tick (node:internal/x:1:2)`;
  assert.deepEqual(internalFault(error), {
    message: 'TypeError: x is undefined',
    frames: ['at parse (src/cli/flags/flag.ts:3:5)', 'at src/cli/flags/flag.ts:3:5', `at run (${join(folder, 'other.cjs')}:7:9)`],
  });
});

test('internalFault: what is no error, and a map that is damaged', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-fault-'));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.deepEqual(internalFault('text'), { message: 'text', frames: [] });
  writeFileSync(join(folder, 'main.cjs.map'), '{');
  const error = new Error('x');
  error.stack = `Error: x\n    at parse (${join(folder, 'main.cjs')}:1:1)`;
  assert.deepEqual(internalFault(error).frames, [`at parse (${join(folder, 'main.cjs')}:1:1)`]);
});
