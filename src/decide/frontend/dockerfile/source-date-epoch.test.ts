import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from './graph-fixture.ts';
import { findSourceDateEpoch, type SourceDateEpoch } from './source-date-epoch.ts';

function find(value: string | undefined, text = 'FROM base', contexts: readonly string[] = []): SourceDateEpoch | undefined {
  const { request } = fixture(text, { namedContexts: contexts, ...(value !== undefined && { buildArgs: { SOURCE_DATE_EPOCH: value } }) });
  return findSourceDateEpoch(request);
}

test('findSourceDateEpoch: numbers, nothing, and the default of a global ARG', () => {
  assert.deepEqual(find('123'), { kind: 'seconds', seconds: 123 });
  assert.equal(find(''), undefined);
  assert.equal(find(undefined), undefined);
  assert.deepEqual(find(undefined, 'ARG SOURCE_DATE_EPOCH=5\nFROM base'), { kind: 'seconds', seconds: 5 });
  assert.equal(find('', 'ARG SOURCE_DATE_EPOCH=5\nFROM base'), undefined);
});

test('findSourceDateEpoch: the context, and a named one', () => {
  assert.deepEqual(find('context'), { kind: 'context' });
  assert.deepEqual(find('src', 'FROM base', ['src']), { kind: 'named-context', name: 'src' });
});

test('findSourceDateEpoch: a stage with one remote ADD', () => {
  const text = 'ARG HOST=h.org\nFROM scratch AS src\nARG V=1\nADD https://${HOST}/r.git#v$V /\nFROM base';
  assert.deepEqual(find('SRC', text), {
    kind: 'source',
    stage: 'src',
    source: { kind: 'git', url: 'https://h.org/r.git', ref: 'v1', keepGitDir: false, submodules: true },
  });
});

const faults: readonly [string, string][] = [
  ['an unknown name', 'FROM base'],
  ['a base other than scratch', 'FROM base AS src\nADD https://h/x /'],
  ['another instruction', 'FROM scratch AS src\nCOPY a /'],
  ['no ADD', 'FROM scratch AS src'],
  ['two', 'FROM scratch AS src\nADD https://h/x /\nADD https://h/y /'],
  ['a path', 'FROM scratch AS src\nADD x /'],
];
for (const [name, text] of faults) test(`findSourceDateEpoch: ${name} is refused`, () => assert.throws(() => find('src', text), { code: 'SOURCE_DATE_EPOCH' }));
