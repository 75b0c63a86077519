import assert from 'node:assert/strict';
import { readFileSync, globSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

/** The floors, and on each its rooms, in the order in which data flows; a room imports only rooms above it. docs/architecture.md has the picture. */
const floors = {
  core: ['version.ts', 'redact.ts', 'errors.ts', 'go', 'match', 'schema', 'oci', 'stream', 'tar', 'tree'],
  language: ['dockerfile'],
  decide: ['graph', 'frontend', 'solver'],
  host: ['sys', 'http', 'content', 'registry', 'devices'],
  layers: ['index', 'pack', 'cache', 'resolve', 'provide', 'collect'],
  work: ['protocol', 'snapshot', 'write', 'executor', 'worker'],
  sources: ['secrets', 'ops'],
  product: ['image', 'exporter'],
  surface: ['progress', 'request', 'context', 'output', 'report', 'engine', 'cli'],
} satisfies Record<string, readonly string[]>;

const rooms = Object.entries(floors).flatMap(([floor, names]) => names.map((name) => `${floor}/${name}`));

const root = join(import.meta.dirname, '..', 'src');
const importPattern = /(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)(['"])(\.[^'"]*)\1/g;

interface Violation {
  readonly file: string;
  readonly imports: string;
  readonly why: string;
}

test('rooms: a room imports only rooms above it, and only through their door', () => {
  const violations: Violation[] = [];
  for (const file of globSync('**/*.ts', { cwd: root })) {
    const room = roomOf(file);
    if (file === 'index.ts') continue;
    if (!rooms.includes(room)) violations.push({ file, imports: '', why: `${room} is not on the list of rooms` });
    for (const match of readFileSync(join(root, file), 'utf8').matchAll(importPattern)) {
      const target = relative(root, join(root, dirname(file), match[2]!));
      const other = roomOf(target);
      if (other === room || (target.startsWith('..') && file.endsWith('.test.ts'))) continue;
      if (rooms.indexOf(other) < 0 || rooms.indexOf(other) > rooms.indexOf(room)) violations.push({ file, imports: target, why: 'not above it' });
      else if (target !== other && target !== `${other}/index.ts` && !(isForTests(file) && isForTests(target)))
        violations.push({ file, imports: target, why: 'not the door' });
    }
  }
  assert.deepEqual(violations, []);
});

test('rooms: the main process knows of the worker what the protocol says, and no more', () => {
  const violations: Violation[] = [];
  for (const file of globSync('**/*.ts', { cwd: root })) {
    if (file.startsWith('work/') || isForTests(file)) continue;
    for (const match of readFileSync(join(root, file), 'utf8').matchAll(importPattern)) {
      const target = relative(root, join(root, dirname(file), match[2]!));
      if (target.startsWith('work/') && roomOf(target) !== 'work/protocol') violations.push({ file, imports: target, why: 'not the protocol' });
    }
  }
  assert.deepEqual(violations, []);
});

test('rooms: only sys starts processes or loads native code', () => {
  const offenders = globSync('**/*.ts', { cwd: root }).filter(
    (file) =>
      isProgram(file) && roomOf(file) !== 'host/sys' && /^(?!import type ).*['"](node:child_process|koffi)['"]/m.test(readFileSync(join(root, file), 'utf8')),
  );
  assert.deepEqual(offenders, []);
});

test('rooms: the pure rooms read no files, no clock and no environment', () => {
  const pure = [
    'core/go',
    'core/match',
    'core/oci',
    'core/tar',
    'core/tree',
    'language/dockerfile',
    'decide/graph',
    'decide/frontend',
    'decide/solver',
    'product/image',
  ];
  const offenders = globSync('**/*.ts', { cwd: root }).filter(
    (file) =>
      isProgram(file) &&
      pure.includes(roomOf(file)) &&
      /['"]node:(fs|fs\/promises|http|https|net|sqlite)['"]|\bDate\.now\(|\bprocess\.env\b/.test(readFileSync(join(root, file), 'utf8')),
  );
  assert.deepEqual(offenders, []);
});

/** Neither a test nor what only tests use. */
function isProgram(file: string): boolean {
  return !file.endsWith('.test.ts') && !file.includes('/testing');
}

/** A test, or what only tests use: a room's fake serves the tests of rooms below it too. */
function isForTests(file: string): boolean {
  return !isProgram(file) || /\/fake-[^/]*\.ts$/.test(file);
}

function roomOf(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}
