import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkDockerfile } from './checks/check.ts';
import { expandWord } from './expand.ts';
import { ignoreMatcher, matchPattern } from '../../core/match/index.ts';
import { parseDockerfile } from './parse.ts';

/** Processor time of this thread, the best of three, for machines that do other things too. */
function leastMs(work: () => void): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const before = process.threadCpuUsage();
      work();
      const { user, system } = process.threadCpuUsage(before);
      return (user + system) / 1000;
    }),
  );
}

function refuses(work: () => unknown): void {
  assert.throws(work);
}

describe('time', () => {
  const parse = (text: string) => parseDockerfile(text, { file: 'Dockerfile' });
  const lines = 100_000;
  const mixed = Array.from({ length: lines / 4 }, (_, index) => `RUN echo ${index} && \\\n  true\nENV a=${index} b="c d"\nCOPY --link a${index} /b/`).join(
    '\n',
  );
  const many = Array.from({ length: 5000 }, (_, index) => 100_000 + index);
  const unknownNames = `FROM scratch\n${many.map((index) => `ENV name_${index}=x\n`).join('')}${many.map((index) => `LABEL a=$mane_${index}\n`).join('')}`;
  const long = 'n'.repeat(60_000);
  const longNames = `FROM scratch\n${many
    .slice(0, 20)
    .map((index) => `ENV ${long}${index}=x\nLABEL a=$${index}${long}\n`)
    .join('')}`;
  const deep = 20_000;
  const names = 'a'.repeat(65_000);
  const expand = (word: string) => expandWord(word, { escape: '\\', lookup: () => names });

  const table: readonly [what: string, limitMs: number, work: () => unknown][] = [
    ['100,000 lines', 1000, () => parse(`FROM scratch\n${mixed}`)],
    ['the checks on 100,000 lines', 2000, () => checkDockerfile(parse(`FROM scratch\n${mixed}`))],
    ['the checks on 5,000 unknown names beside 5,000 known ones', 2000, () => checkDockerfile(parse(unknownNames))],
    ['the checks on long names', 1000, () => checkDockerfile(parse(longNames))],
    ['a line of 10 MB is refused', 100, () => refuses(() => parse(`FROM scratch\nRUN ${'a'.repeat(10_000_000)}`))],
    ['100,000 continuations', 500, () => parse(`FROM scratch\nRUN ${'a \\\n'.repeat(lines)}b`)],
    ['100,000 here-documents that do not end', 500, () => refuses(() => parse(`FROM scratch\n${'RUN <<A\n'.repeat(lines)}`))],
    ['100,000 unknown instructions with here-documents', 1000, () => refuses(() => parse(`FROM scratch\n${'RN <<A\n'.repeat(lines)}`))],
    ['100,000 comments', 500, () => parse(`FROM scratch\n${'# check=skip=A\n'.repeat(lines)}RUN x`)],
    ['a line of quotes', 500, () => refuses(() => parse(`FROM scratch\nENV a=${'"a\' '.repeat(15_000)}`))],
    ['a line of heredoc words', 1000, () => refuses(() => parse(`FROM scratch\nRUN ${'<<A '.repeat(16_000)}`))],
    ['deep substitutions', 200, () => refuses(() => expand('${a:-'.repeat(deep) + '}'.repeat(deep)))],
    ['a pattern of many stars', 500, () => expand(`\${a##${'a*'.repeat(deep)}b}`)],
    ['a replacement that finds nothing', 500, () => expand(`\${a//${'a*'.repeat(50)}b/x}`)],
    ['a replacement that finds much', 500, () => expand('${a//a/xyz}')],
    ['many variables', 500, () => expandWord('$a '.repeat(deep), { escape: '\\', lookup: () => 'b' })],
    ['a path pattern of many stars', 200, () => matchPattern(`${'a*'.repeat(50)}b`, 'a'.repeat(4000))],
    ['an ignore pattern of many double stars', 400, () => ignoreMatcher([`${'**/a'.repeat(50)}b`]).ignored('a/'.repeat(300))],
  ];
  for (const [what, limitMs, work] of table) {
    it(`${what}: under ${limitMs} ms`, () => {
      const least = leastMs(work);
      assert.ok(least < limitMs, `took ${Math.round(least)} ms`);
    });
  }
});
