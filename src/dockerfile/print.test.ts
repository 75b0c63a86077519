import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { Dockerfile } from './ast.ts';
import { parseDockerfile } from './parse.ts';
import { printDockerfile, printInstruction } from './print.ts';

const parse = (text: string): Dockerfile => parseDockerfile(text, { file: 'Dockerfile' });

/** All but where things stand. */
function meaning(dockerfile: Dockerfile): unknown {
  const { globalArgs, stages, directives, escape } = dockerfile;
  const place = ['range', 'original', 'source'];
  return JSON.parse(JSON.stringify({ globalArgs, stages, directives, escape }, (key, value: unknown) => (place.includes(key) ? undefined : value)));
}

describe('printDockerfile', () => {
  it('keeps a tidy file as it is', () => {
    const text = `# syntax=docker/dockerfile:1

# V the version
ARG V=1

# base what all need
FROM --platform=$BUILDPLATFORM alpine:$V AS base
RUN --mount=type=cache,target=/x --network=none make <<-EOF
\tall
\tEOF
COPY --from=base --chown=1:2 --link --exclude=*.o a b <<"c" /d/
$x
c
COPY ["a b", "/c"]
ENV a=1 b="2 3"
ENV old some text
HEALTHCHECK --interval=90s --timeout=500ms --retries=3 CMD ["x"]
HEALTHCHECK NONE
VOLUME ["/a b"]
SHELL ["/bin/sh","-c"]
ONBUILD RUN <<E
x
E
ONBUILD nonsense here
RUN -- --x
CMD ["a"]

FROM scratch
STOPSIGNAL 9
`;
    // a <<- closes with its bare name, and JSON has no blanks
    const expected = text.replace('\n\tEOF\n', '\nEOF\n').replace('["a b", "/c"]', '["a b","/c"]');
    assert.equal(printDockerfile(parse(text)), expected);
  });

  it('prints what a program changed', () => {
    const { from } = parse('FROM a AS b\n').stages[0]!;
    assert.equal(printInstruction({ ...from, image: 'c:1', platform: 'a b' }), 'FROM --platform="a b" c:1 AS b');
  });

  const word = fc.string({
    unit: fc.constantFrom('a', 'b', '/', '.', '$', '{', '}', ':', '-', '"', "'", '\\', '=', ',', '[', ']', '<', '#', 'ü', '`'),
    maxLength: 8,
  });
  const words = fc.array(word, { maxLength: 5 }).map((list) => list.join(' '));
  const keyword = fc.constantFrom(
    'RUN',
    'copy',
    'ADD',
    'ENV',
    'LABEL',
    'ARG',
    'CMD',
    'ENTRYPOINT',
    'USER',
    'WORKDIR',
    'EXPOSE',
    'VOLUME',
    'SHELL',
    'STOPSIGNAL',
    'MAINTAINER',
    'HEALTHCHECK CMD',
    'ONBUILD RUN',
    'ONBUILD',
    'Onbuild COPY',
  );
  const flag = fc.constantFrom('', '', '--link ', '--from=a ', '--mount=type=cache,target=/a ', '-- ', '--chmod="a b" ', '--interval=3ms ', '--x ');
  const heredoc = fc.constantFrom('', '', ' <<E\nbody $x\n# no comment\nE', ' <<-"E"\n\tx\n\tE', ' <<A <<B\n1\nA\n2\nB', ' 3<<E >x\nE', ' <<"E F" x\nE F');
  const glue = fc.constantFrom(' ', ' \\\n  ', '  \\\n# c\n\n ');
  const line = fc
    .tuple(keyword, flag, glue, words, heredoc)
    .map(([name, flags, space, rest, tail]) => `${name} ${flags}${rest}${space === ' ' ? '' : `${space}more`}${tail}`);
  const comment = fc.constantFrom('', '', '# a note\n', '# check=skip=A\n', '#\n', '\n');
  const top = fc.constantFrom('', '# escape=`\n', '# syntax=docker/dockerfile:1\n', '\n# escape=`\n', '# x\n');

  it('keeps the meaning of every file that parses', () => {
    let parsed = 0;
    fc.assert(
      fc.property(top, fc.array(fc.tuple(comment, line), { maxLength: 4 }), (start, lines) => {
        const text = `${start}ARG v\nFROM scratch AS a\n${lines.map((parts) => parts.join('')).join('\n')}\n`;
        let ast: Dockerfile;
        try {
          ast = parse(text);
        } catch {
          return;
        }
        parsed += 1;
        const printed = printDockerfile(ast);
        assert.deepEqual(meaning(parse(printed)), meaning(ast), printed);
      }),
      { numRuns: 3000 },
    );
    assert.ok(parsed > 300, `only ${parsed} parsed`);
  });
});
