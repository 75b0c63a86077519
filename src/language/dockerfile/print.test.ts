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
  const place = ['range', 'flags', 'original', 'source'];
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

  it('keeps comments within instructions, in their places where nothing was changed', () => {
    const text = `FROM scratch AS b
# above
RUN --network=none \\
  # the first
  one &&\\
# the second

  two

FROM b
ONBUILD RUN a \\
  # of the trigger
  b
COPY \\
  # with a body
  <<EOF /x
# of the body
EOF
`;
    assert.equal(printDockerfile(parse(text)), text);
    const [run] = parse(text).stages[0]!.instructions;
    assert.ok(run?.kind === 'run');
    assert.deepEqual(
      run.commentsWithin.map((comment) => [comment.text, comment.range.start]),
      [
        ['the first', { line: 4, column: 2 }],
        ['the second', { line: 6, column: 0 }],
      ],
    );
    assert.equal(run.original, 'RUN --network=none   one &&  two');
    assert.ok(run.source.includes('# the second'));
    const changed = printInstruction({ ...run, network: 'host' });
    assert.equal(changed, 'RUN \\\n# the first\n# the second\n--network=host one &&  two');
    const backtick = printInstruction({ ...run, network: 'host' }, '`');
    assert.ok(backtick.startsWith('RUN `\n# the first\n'));
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
  const glue = fc.constantFrom(' ', ' \\\n  ', '  \\\n# c\n\n ', ' \\\n #\n# syntax=x\n\t#d \n');
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
