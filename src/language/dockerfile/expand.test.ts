import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { expandForDisplay, expandHeredoc, expandKeepQuotes, expandWord, expandWords, splitShellWords } from './expand.ts';
import { DockerfileError } from './error.ts';

const values: Readonly<Record<string, string>> = { x: 'abc.tar.gz', path: 'a/b/c', empty: '', words: 'one  two', star: 'a*b', uni: 'äö€😀', lines: 'a1\nb1' };
const options = { escape: '\\', lookup: (name: string) => values[name] } as const;

describe('expandWord', () => {
  const table: readonly [word: string, result: string][] = [
    ['plain', 'plain'],
    ['$x', 'abc.tar.gz'],
    ['${x}y', 'abc.tar.gzy'],
    ['a$x-b', 'aabc.tar.gz-b'],
    ['$unset', ''],
    ['$', '$'],
    ['a$ b', 'a$ b'],
    ['$1a$@$*$#$?$-$$$!$0', 'a'],
    ['${12}', ''],
    // quotes and escapes
    ["'$x'", '$x'],
    ['"$x"', 'abc.tar.gz'],
    [`"it's"`, "it's"],
    [`'say "hi"'`, 'say "hi"'],
    ['\\$x', '$x'],
    ['\\\\', '\\'],
    ['\\n', 'n'],
    ['"\\n\\$\\"\\\\"', '\\n$"\\'],
    ['a\\', 'a'],
    // defaults
    ['${unset:-d}', 'd'],
    ['${unset-d}', 'd'],
    ['${empty:-d}', 'd'],
    ['${empty-d}', ''],
    ['${x:+y}', 'y'],
    ['${empty:+y}', ''],
    ['${empty+y}', 'y'],
    ['${unset+y}', ''],
    ['${x:?m}', 'abc.tar.gz'],
    ['${unset:-${x}}', 'abc.tar.gz'],
    ['${unset:-"a b"}', 'a b'],
    ['${unset:-\\}}', '}'],
    // patterns
    ['${x#*.}', 'tar.gz'],
    ['${x##*.}', 'gz'],
    ['${x%.*}', 'abc.tar'],
    ['${x%%.*}', 'abc'],
    ['${x#a?c}', '.tar.gz'],
    ['${x#z}', 'abc.tar.gz'],
    ['${star#a\\*}', 'b'],
    ['${star%\\**}', 'a'],
    ['${unset#a}', ''],
    ['${uni#?}', 'ö€😀'],
    ['${uni%?}', 'äö€'],
    ['${uni%€?}', 'äö'],
    ['${uni##????}', ''],
    ['${uni%%?????}', 'äö€😀'],
    ['${uni%}', 'äö€😀'],
    ['${uni#}', 'äö€😀'],
    ['${x#[a]}', 'abc.tar.gz'],
    ['${lines##*1}', '\nb1'],
    // replacement
    ['${x/a/Z}', 'Zbc.tar.gz'],
    ['${x//a/Z}', 'Zbc.tZr.gz'],
    ['${x/.*/}', 'abc'],
    ['${path//\\//-}', 'a-b-c'],
    ['${x/nope/Z}', 'abc.tar.gz'],
    ['${x//\\?/Z}', 'abc.tar.gz'],
    ['${path/\\//\\}}', 'a\\}b/c'],
    ['${words// /_}', 'one__two'],
    ['${x///-}', '-a-b-c-.-t-a-r-.-g-z-'],
    ['${x//a/[\\$0]}', '[\\a]bc.t[\\a]r.gz'],
    ['${x//a/\\$1}', '\\bc.t\\r.gz'],
    ['${x/a/\\$1}', '\\$1bc.tar.gz'],
  ];
  for (const [word, result] of table) it(`gives ${JSON.stringify(result)} for ${word}`, () => assert.equal(expandWord(word, options), result));

  const faults: readonly [word: string, found: RegExp][] = [
    ['${x', /missing '}'/],
    ['${', /missing '}'/],
    ['${}', /bad substitution/],
    ['${:x}', /bad substitution/],
    ['${{x}', /bad substitution/],
    ['${x:-a', /missing '}'/],
    ['${x^}', /unsupported modifier \(\^\)/],
    ['${x:=y}', /unsupported modifier \(:=\)/],
    ['${x:#y}', /unsupported modifier \(:#\)/],
    ['${x:##y}', /unsupported modifier \(:#\)/],
    ['${x:%y}', /unsupported modifier \(:%\)/],
    ['${x:%%y}', /unsupported modifier \(:%\)/],
    ['${unset:?say why}', /unset: say why/],
    ['${unset?}', /unset: is not allowed to be unset/],
    ['${empty:?}', /empty: is not allowed to be empty/],
    ['${x/a}', /missing '\/' in/],
    ['${x#\\a}', /invalid escape '\\a'/],
    ["'a", /matching single-quote/],
    ['"a', /matching double-quote/],
    ['"a\\', /matching double-quote/],
    [`${'${a:-'.repeat(400)}${'}'.repeat(400)}`, /nested more than 250 deep/],
  ];
  for (const [word, found] of faults)
    it(`refuses ${word.slice(0, 40)}`, () =>
      assert.throws(
        () => expandWord(word, options),
        (error) => error instanceof DockerfileError && error.code === 'BAD_EXPANSION' && found.test(error.message),
      ));

  it('refuses a result that grows without end', () => {
    const lookup = () => 'a'.repeat(1_000_000);
    for (const word of ['$a'.repeat(100), '"' + '$a'.repeat(100) + '"', '${a//a/' + 'b'.repeat(1000) + '}'])
      assert.throws(
        () => expandWord(word, { escape: '\\', lookup }),
        (error) => error instanceof DockerfileError && /too long|longer than/.test(error.message),
      );
  });

  it('takes the backtick for the escape where the file says so', () => {
    assert.equal(expandWord('`$x \\ ``', { ...options, escape: '`' }), '$x \\ `');
  });

  it('reports the names that it knows and those that it does not', () => {
    const known: string[] = [];
    const unknown: string[] = [];
    expandWord('$x ${unset:-$nope}', { ...options, onMatched: (name) => known.push(name), onUnmatched: (name) => unknown.push(name) });
    assert.deepEqual([known, unknown], [['x'], ['nope', 'unset']]);
  });
});

describe('expandWords', () => {
  for (const [text, words] of [
    ['a b', ['a', 'b']],
    ['  a\tb  ', ['a', 'b']],
    ['"a b" c', ['a b', 'c']],
    ['$words', ['one', 'two']],
    ['"$words"', ['one  two']],
    ['a$words', ['aone', 'two']],
    ['a\\ b', ['a b']],
    ["''", []],
    ['$empty', []],
  ] as const) {
    it(`cuts ${text}`, () => assert.deepEqual(expandWords(text, options), words));
  }
});

describe('the other modes', () => {
  it('expandKeepQuotes keeps quotes and escapes', () => assert.equal(expandKeepQuotes(`"$x" '$x' \\$x`, options), `"abc.tar.gz" '$x' \\$x`));
  it('expandForDisplay keeps quotes and what nobody set', () =>
    assert.equal(expandForDisplay(`"$x" $unset \${unset:-a} \\$x`, options), `"abc.tar.gz" $unset \${unset:-a} $x`));
  it('expandHeredoc takes quotes for text', () => assert.equal(expandHeredoc(`it's "$x" \\$x`, options), `it's "abc.tar.gz" $x`));
  it('splitShellWords expands nothing', () =>
    assert.deepEqual(splitShellWords(`a "b $c" d\\ e`, { rawQuotes: true, rawEscapes: true }), ['a', '"b $c"', 'd\\ e']));
});

describe('expandWord and sh', () => {
  const sh = ['/bin/sh', '/usr/bin/sh'].find((path) => spawnSync(path, ['-c', 'true']).status === 0);
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/', '-', '*', '?', ' '), maxLength: 6 });
  const literal = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-', ' ', ',', ':'), maxLength: 4 }).map((value) => value.replaceAll(/[ ]/g, '\\ '));
  const name = fc.constantFrom('v1', 'v2', 'v3', 'empty', 'unset');
  const pattern = fc.array(fc.constantFrom('*', '?', 'a', 'b', '.', '/', '\\*', '\\?', '-'), { maxLength: 4 }).map((parts) => parts.join(''));
  const plain = fc.oneof(
    name.map((value) => `$${value}`),
    name.map((value) => `\${${value}}`),
    fc.tuple(name, fc.constantFrom(':-', '-', ':+', '+'), literal).map(([value, operator, word]) => `\${${value}${operator}${word}}`),
    fc.tuple(name, fc.constantFrom('#', '##', '%', '%%'), pattern).map(([value, operator, word]) => `\${${value}${operator}${word}}`),
  );
  const piece = fc.oneof(
    plain,
    name.map((value) => `"\${${value}}"`),
    literal,
    fc.constantFrom("'$v1'", '"a\\$v1"', '"\\""', '\\$v1', "'\\'", '"x y"', '\\\\'),
  );
  const words = fc.array(
    fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')),
    { minLength: 1, maxLength: 30 },
  );

  it('agree on the POSIX forms', { skip: sh === undefined ? 'no sh here' : false }, () => {
    fc.assert(
      fc.property(fc.record({ v1: text, v2: text, v3: text }), words, (variables, list) => {
        const environment: Record<string, string> = { ...variables, empty: '' };
        const script = list.map((word) => `x=z${word}; printf '%s\\0' "$x"`).join('\n');
        const run = spawnSync(sh!, ['-c', script], { env: environment, encoding: 'utf8' });
        assert.equal(run.status, 0, run.stderr);
        const expected = run.stdout.split('\0').slice(0, -1);
        assert.deepEqual(
          list.map((word) => expandWord(`z${word}`, { escape: '\\', lookup: (key) => environment[key] })),
          expected,
        );
      }),
      { numRuns: 40 },
    );
  });
});
