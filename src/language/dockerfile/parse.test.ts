import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BuildErrors } from '../../core/errors.ts';
import type { Instruction } from './ast.ts';
import { DockerfileError } from './error.ts';
import { parseDockerfile, parseInstruction, parseWithFaults } from './parse.ts';

const parse = (text: string | Uint8Array) => parseDockerfile(text, { file: 'Dockerfile' });
/** The instruction after FROM, without its place. */
function one(line: string): Record<string, unknown> {
  const [instruction] = parse(`FROM scratch\n${line}\n`).stages[0]!.instructions;
  return bare(instruction!);
}
function bare(instruction: Instruction): Record<string, unknown> {
  const place = ['range', 'original', 'source', 'comments', 'commentsWithin', 'checkSkip', 'keyword', 'kind', 'flags'];
  return Object.fromEntries(Object.entries(instruction).filter(([key]) => !place.includes(key)));
}
const body = (name: string, content: string, more: object = {}) => ({ name, content, raw: content, expand: true, chomp: false, fileDescriptor: 0, ...more });

describe('parseDockerfile reads', () => {
  const table: readonly [line: string, fields: Record<string, unknown>][] = [
    ['RUN make', { command: { form: 'shell', text: 'make', heredocs: [] }, mounts: [], devices: [] }],
    ['RUN ["a", "b c"]', { command: { form: 'exec', args: ['a', 'b c'] }, mounts: [], devices: [] }],
    ["RUN ['a']", { command: { form: 'shell', text: "['a']", heredocs: [] }, mounts: [], devices: [] }],
    ['RUN [ -f x ]', { command: { form: 'shell', text: '[ -f x ]', heredocs: [] }, mounts: [], devices: [] }],
    ['RUN', { command: { form: 'shell', text: '', heredocs: [] }, mounts: [], devices: [] }],
    [
      'RUN --mount=type=cache,target=/a --mount="type=bind,target=/b c" --network=none --security=insecure --device=gpu,required x',
      {
        command: { form: 'shell', text: 'x', heredocs: [] },
        mounts: [{ text: 'type=cache,target=/a' }, { text: 'type=bind,target=/b c' }],
        network: 'none',
        security: 'insecure',
        devices: ['gpu,required'],
      },
    ],
    ['RUN -- --x', { command: { form: 'shell', text: '--x', heredocs: [] }, mounts: [], devices: [] }],
    ['run <<EOF\na\n EOF\nEOF', { command: { form: 'shell', text: '<<EOF', heredocs: [body('EOF', 'a\n EOF\n')] }, mounts: [], devices: [] }],
    [
      'RUN cat <<A 3<<-"B" >x\n1\nA\n\t2\n\tB',
      {
        command: {
          form: 'shell',
          text: 'cat <<A 3<<-"B" >x',
          heredocs: [body('A', '1\n'), body('B', '2\n', { raw: '\t2\n', expand: false, chomp: true, fileDescriptor: 3 })],
        },
        mounts: [],
        devices: [],
      },
    ],
    ['RUN echo "<<EOF" \'<<X\' a<<Y <<<z', { command: { form: 'shell', text: 'echo "<<EOF" \'<<X\' a<<Y <<<z', heredocs: [] }, mounts: [], devices: [] }],
    ['RUN ["<<EOF"]', { command: { form: 'exec', args: ['<<EOF'] }, mounts: [], devices: [] }],
    ['RUN <<  EOF\na\nEOF', { command: { form: 'shell', text: '<<  EOF', heredocs: [body('EOF', 'a\n')] }, mounts: [], devices: [] }],
    ['RUN cat << EOF x\na\nEOF', { command: { form: 'shell', text: 'cat << EOF x', heredocs: [body('EOF', 'a\n')] }, mounts: [], devices: [] }],
    ['RUN cat << -EOF\na\n-EOF', { command: { form: 'shell', text: 'cat << -EOF', heredocs: [body('-EOF', 'a\n')] }, mounts: [], devices: [] }],
    ['RUN cat <<- EOF', { command: { form: 'shell', text: 'cat <<- EOF', heredocs: [] }, mounts: [], devices: [] }],
    ['RUN echo "<< A" a << "" b<< B', { command: { form: 'shell', text: 'echo "<< A" a << "" b<< B', heredocs: [] }, mounts: [], devices: [] }],
    ['RUN <<$EOF\na\n$EOF', { command: { form: 'shell', text: '<<$EOF', heredocs: [body('$EOF', 'a\n')] }, mounts: [], devices: [] }],
    ['COPY a b /c/', { sources: ['a', 'b'], destination: '/c/', heredocs: [], exclude: [] }],
    ['COPY ["a b", "/c"]', { sources: ['a b'], destination: '/c', heredocs: [], exclude: [] }],
    [
      'COPY --from=x --chown=1:2 --chmod=u+x --link --parents=TRUE --exclude=a --exclude=b s d',
      { sources: ['s'], destination: 'd', heredocs: [], from: 'x', chown: '1:2', chmod: 'u+x', link: true, parents: true, exclude: ['a', 'b'] },
    ],
    ["COPY <<a <<'b' c /d\n1\na\n2\nb", { sources: ['c'], destination: '/d', exclude: [], heredocs: [body('a', '1\n'), body('b', '2\n', { expand: false })] }],
    [
      'ADD --checksum=sha256:x --keep-git-dir --unpack=false --link=false http://h/f /d',
      { sources: ['http://h/f'], destination: '/d', heredocs: [], exclude: [], checksum: 'sha256:x', keepGitDir: true, unpack: false, link: false },
    ],
    [
      'ENV a=1 b="2 3" c=\\ d',
      {
        pairs: [
          { key: 'a', value: '1' },
          { key: 'b', value: '"2 3"' },
          { key: 'c', value: '\\ d' },
        ],
        legacy: false,
      },
    ],
    ['ENV a  b = c', { pairs: [{ key: 'a', value: 'b = c' }], legacy: true }],
    ['ENV a=', { pairs: [{ key: 'a', value: '' }], legacy: false }],
    ['LABEL "a b"=c', { pairs: [{ key: '"a b"', value: 'c' }], legacy: false }],
    ['ARG a b=1 c=', { args: [{ key: 'a' }, { key: 'b', value: '1' }, { key: 'c', value: '' }] }],
    ['ARG --x=1 a', { args: [{ key: 'a' }] }],
    ['CMD a b', { command: { form: 'shell', text: 'a b', heredocs: [] } }],
    ['CMD []', { command: { form: 'exec', args: [] } }],
    ['ENTRYPOINT ["a"]', { command: { form: 'exec', args: ['a'] } }],
    ['CMD cat <<EOF', { command: { form: 'shell', text: 'cat <<EOF', heredocs: [] } }],
    ['HEALTHCHECK NONE', {}],
    [
      'HEALTHCHECK --interval=1m30s --timeout=0 --start-period=1.5s --start-interval=2ms --retries=3 CMD x',
      {
        command: { form: 'shell', text: 'x', heredocs: [] },
        interval: 90e9,
        timeout: 0,
        startPeriod: 1.5e9,
        startInterval: 2e6,
        retries: 3,
      },
    ],
    ['healthcheck cmd ["x"]', { command: { form: 'exec', args: ['x'] } }],
    ['EXPOSE 80 443/udp $P', { ports: ['80', '443/udp', '$P'] }],
    ['USER a b', { user: 'a b' }],
    ['WORKDIR  /a b ', { path: '/a b' }],
    ['VOLUME /a /b', { paths: ['/a', '/b'], form: 'words' }],
    ['VOLUME ["/a b"]', { paths: ['/a b'], form: 'json' }],
    ['STOPSIGNAL --x SIGINT', { signal: 'SIGINT' }],
    ['MAINTAINER a <b>', { name: 'a <b>' }],
    ['SHELL ["a", "b"]', { args: ['a', 'b'] }],
    ['ONBUILD MAKE it', { expression: 'MAKE it' }],
    ['ONBUILD  MAKE  it \t', { expression: 'MAKE  it \t' }],
  ];
  for (const [line, fields] of table) it(line.replaceAll('\n', '⏎'), () => assert.deepEqual(one(line), fields));

  it('ONBUILD with the trigger and its here-documents', () => {
    const { expression, trigger } = one('ONBUILD RUN <<-EOF\n\tx\n\tEOF');
    assert.equal(expression, 'RUN <<-EOF\n\tx\nEOF');
    assert.deepEqual(bare(trigger as Instruction), {
      command: { form: 'shell', text: '<<-EOF', heredocs: [body('EOF', 'x\n', { raw: '\tx\n', chomp: true })] },
      mounts: [],
      devices: [],
    });
  });

  it('stages, names in lower case, and the ARGs before them', () => {
    const { globalArgs, stages } = parse('ARG v=1\nFROM --platform=$P a:$v As Base\nRUN x\nfrom Base\n');
    assert.deepEqual(globalArgs.map(bare), [{ args: [{ key: 'v', value: '1' }] }]);
    assert.deepEqual(
      stages.map(({ name, index, instructions }) => ({ name, index, length: instructions.length })),
      [
        { name: 'base', index: 0, length: 1 },
        { name: undefined, index: 1, length: 0 },
      ],
    );
    assert.deepEqual(bare(stages[0]!.from), { image: 'a:$v', platform: '$P', name: 'Base', asKeyword: 'As' });
  });

  it('continuations, comments and empty lines in them', () => {
    const { stages, comments, emptyContinuations } = parse('FROM scratch\nRUN a \\\n  # no\n  b\\ \t\n\n\tc\\\\\nUSER u');
    const [run] = stages[0]!.instructions;
    assert.equal(run!.original, 'RUN a   b\tc\\\\');
    assert.equal(run!.source, 'RUN a \\\n  # no\n  b\\ \t\n\n\tc\\\\');
    assert.deepEqual(run!.range, { start: { line: 2, column: 0 }, end: { line: 6, column: 4 } });
    assert.deepEqual(
      comments.map(({ text }) => text),
      ['no'],
    );
    assert.deepEqual(
      emptyContinuations.map(({ start }) => start.line),
      [6],
    );
  });

  it('the backtick as escape, in any case, after blanks', () => {
    const ast = parse('# Escape = `\nFROM scratch\nRUN a `\n b\\\n');
    assert.equal(ast.escape, '`');
    assert.equal(ast.stages[0]!.instructions[0]!.original, 'RUN a  b\\');
    assert.deepEqual(
      ast.directives.map(({ name, value }) => [name, value]),
      [['escape', '`']],
    );
  });

  for (const [what, top] of [
    ['a comment', '# hello\n'],
    ['an empty line', '\n'],
    ['an unknown directive', '# foo=bar\n'],
    ['a #! line', '#!/usr/bin/x\n'],
  ]) {
    it(`no directive after ${what}`, () => assert.equal(parse(`${top}# escape=\`\nFROM scratch\n`).escape, '\\'));
  }

  it('a byte order mark, CRLF, and no line break at the end', () => {
    const ast = parse(Buffer.from('\uFEFF# escape=`\r\nFROM scratch\r\nRUN a `\r\n b\r\nRUN <<E\r\nx\r\nE'));
    const [run, heredoc] = ast.stages[0]!.instructions;
    assert.equal(run!.original, 'RUN a  b');
    assert.deepEqual(bare(heredoc!).command, { form: 'shell', text: '<<E', heredocs: [body('E', 'x\r\n')] });
  });

  it('doc comments and check comments above, back to an empty comment', () => {
    const { stages } = parse('# base the first\n\n# check=skip=A,B // why\nFROM scratch AS base\n# a lost\n#\n# b kept\nARG a b\n');
    assert.equal(stages[0]!.from.description, 'the first');
    assert.deepEqual(stages[0]!.from.checkSkip, ['A', 'B']);
    assert.deepEqual(bare(stages[0]!.instructions[0]!), { args: [{ key: 'a' }, { key: 'b', description: 'kept' }] });
  });

  it('the longest line', () => assert.equal(one(`RUN ${'a'.repeat(65_531)}`).command !== undefined, true));
});

describe('parseDockerfile refuses', () => {
  const table: readonly [text: string, code: string, found: RegExp, line: number][] = [
    ['', 'EMPTY_DOCKERFILE', /cannot be empty/, 1],
    ['# only\n', 'EMPTY_DOCKERFILE', /no instructions/, 1],
    ['ARG x\n', 'NO_STAGE', /no stages to build/, 1],
    ['RUN x\nUSER y\nFROM a\n', 'NO_STAGE', /RUN stands before the first FROM/, 1],
    ['FORM a\n', 'UNKNOWN_INSTRUCTION', /unknown instruction: FORM \(did you mean FROM\?\)/, 1],
    ['FROM a\n---\n', 'UNKNOWN_INSTRUCTION', /unknown instruction: ---$/, 2],
    ['FROM a\ncoppy a b\n', 'UNKNOWN_INSTRUCTION', /did you mean copy\?/, 2],
    ['FROM a\n\\\n', 'UNKNOWN_INSTRUCTION', /unknown instruction: $/, 2],
    [`FROM a\nRUN ${'a'.repeat(65_532)}\n`, 'LINE_TOO_LONG', /max allowed size of 65535/, 2],
    [`FROM a\nRUN ${'ü'.repeat(32_766)}\n`, 'LINE_TOO_LONG', /max allowed size of 65535/, 2],
    ['FROM a\nRUN <<EOF\nx\n', 'UNTERMINATED_HEREDOC', /no line "EOF" follows/, 2],
    ['FROM a\nRUN <<EOF\n EOF\n', 'UNTERMINATED_HEREDOC', /unterminated/, 2],
    ['FROM a\nCOPY x <<EOF\nEOF\n', 'BAD_HEREDOC', /cannot accept a heredoc as a destination/, 2],
    ['# syntax=a\n# Syntax=b\nFROM a\n', 'DUPLICATE_DIRECTIVE', /only one syntax/, 2],
    ['# escape=x\nFROM a\n', 'BAD_DIRECTIVE', /invalid escape token 'x'/, 1],
    ['FROM\n', 'BAD_ARGUMENTS', /either one or three/, 1],
    ['FROM a b\n', 'BAD_ARGUMENTS', /either one or three/, 1],
    ['FROM a IS b\n', 'BAD_ARGUMENTS', /either one or three/, 1],
    ['FROM a AS 1b\n', 'BAD_STAGE_NAME', /invalid name for build stage: "1b"/, 1],
    ['FROM a AS b/c\n', 'BAD_STAGE_NAME', /invalid name/, 1],
    ['FROM --plattform=x a\n', 'UNKNOWN_FLAG', /unknown flag: --plattform \(did you mean platform\?\)/, 1],
    ['FROM a\nCOPY --form=x a b\n', 'UNKNOWN_FLAG', /did you mean from\?/, 2],
    ['FROM a\nADD --from=x a b\n', 'UNKNOWN_FLAG', /unknown flag: --from$/, 2],
    ['FROM a\nENV --x a=b\n', 'UNKNOWN_FLAG', /unknown flag: --x$/, 2],
    ['FROM a\nCOPY --link --link a b\n', 'DUPLICATE_FLAG', /duplicate flag specified: --link/, 2],
    ['FROM a\nCOPY --link=x a b\n', 'BAD_FLAG', /expecting boolean value for flag --link, not: x/, 2],
    ['FROM a\nCOPY --link= a b\n', 'BAD_FLAG', /missing a value on flag: --link/, 2],
    ['FROM a\nCOPY --chown a b\n', 'BAD_FLAG', /missing a value on flag: --chown/, 2],
    ['FROM a\nRUN --network=foo x\n', 'BAD_FLAG', /invalid network mode "foo"/, 2],
    ['FROM a\nRUN --security=foo x\n', 'BAD_FLAG', /"foo"/, 2],
    ['FROM a\nRUN --mount= x\n', 'BAD_MOUNT', /failed to parse csv mounts/, 2],
    ['FROM a\nRUN --mount=type=bind,from=$x,target=/y x\n', 'BAD_MOUNT', /'from' doesn't support variable expansion/, 2],
    ['FROM a\nRUN --device=a,b x\n', 'BAD_DEVICE', /invalid field 'b'/, 2],
    ['FROM a\nCOPY a\n', 'BAD_ARGUMENTS', /at least two arguments/, 2],
    ['FROM a\nCOPY []\n', 'BAD_ARGUMENTS', /at least two arguments/, 2],
    ['FROM a\nCMD ["a", 1]\n', 'BAD_ARGUMENTS', /arrays must be comprised of strings only/, 2],
    ['FROM a\nSHELL /bin/sh -c\n', 'BAD_ARGUMENTS', /JSON form/, 2],
    ['FROM a\nSHELL []\n', 'BAD_ARGUMENTS', /at least one argument/, 2],
    ['FROM a\nENV\n', 'BAD_ARGUMENTS', /at least one argument/, 2],
    ['FROM a\nENV a\n', 'BAD_ARGUMENTS', /must have two arguments/, 2],
    ['FROM a\nENV a=b c\n', 'BAD_ARGUMENTS', /can't find = in "c"/, 2],
    ['FROM a\nLABEL =c\n', 'BAD_ARGUMENTS', /names can not be blank/, 2],
    ['FROM a\nARG\n', 'BAD_ARGUMENTS', /at least one argument/, 2],
    ['FROM a\nARG =c\n', 'BAD_ARGUMENTS', /names can not be blank/, 2],
    ['FROM a\nEXPOSE\n', 'BAD_ARGUMENTS', /at least one argument/, 2],
    ['FROM a\nUSER\n', 'BAD_ARGUMENTS', /exactly one argument/, 2],
    ['FROM a\nWORKDIR\n', 'BAD_ARGUMENTS', /exactly one argument/, 2],
    ['FROM a\nSTOPSIGNAL\n', 'BAD_ARGUMENTS', /exactly one argument/, 2],
    ['FROM a\nVOLUME [""]\n', 'BAD_ARGUMENTS', /empty string/, 2],
    ['FROM a\nHEALTHCHECK\n', 'BAD_ARGUMENTS', /at least one argument/, 2],
    ['FROM a\nHEALTHCHECK CMD\n', 'BAD_ARGUMENTS', /missing command/, 2],
    ['FROM a\nHEALTHCHECK NONE x\n', 'BAD_ARGUMENTS', /takes no arguments/, 2],
    ['FROM a\nHEALTHCHECK FOO x\n', 'BAD_ARGUMENTS', /unknown type "FOO"/, 2],
    ['FROM a\nHEALTHCHECK --interval=1us CMD x\n', 'BAD_DURATION', /cannot be less than 1ms/, 2],
    ['FROM a\nHEALTHCHECK --interval=5 CMD x\n', 'BAD_DURATION', /missing unit/, 2],
    ['FROM a\nHEALTHCHECK --retries=-1 CMD x\n', 'BAD_FLAG', /cannot be negative/, 2],
    ['FROM a\nHEALTHCHECK --retries=x CMD x\n', 'BAD_FLAG', /whole number/, 2],
    ['FROM a\nONBUILD\n', 'BAD_ARGUMENTS', /at least one argument/, 2],
    ['FROM a\nONBUILD ONBUILD RUN x\n', 'BAD_TRIGGER', /chaining ONBUILD/, 2],
    ['FROM a\nONBUILD from x\n', 'BAD_TRIGGER', /FROM isn't allowed/, 2],
    ['FROM a\nONBUILD COPY [1]\n', 'BAD_ARGUMENTS', /strings only/, 2],
    ['FROM a\nONBUILD ENV a\n', 'BAD_ARGUMENTS', /must have two arguments/, 2],
  ];
  for (const [text, code, found, line] of table) {
    it(JSON.stringify(text.slice(0, 60)), () => {
      assert.throws(
        () => parse(text),
        (error) => {
          assert.ok(error instanceof DockerfileError, String(error));
          assert.equal(error.code, code);
          assert.match(error.message, found);
          assert.equal(error.location?.startLine, line);
          return true;
        },
      );
    });
  }

  it('all faults of a file in one go, and no text of a here-document as one', () => {
    assert.throws(
      () => parse('FROM a\nRUNN <<E\nFOO\nE\nCOPY x\nUSER y\nENV z\n'),
      (error) => {
        assert.ok(error instanceof BuildErrors);
        assert.deepEqual(
          error.errors.map(({ code, location }) => [code, location?.startLine, location?.endLine]),
          [
            ['UNKNOWN_INSTRUCTION', 2, 4],
            ['BAD_ARGUMENTS', 5, 5],
            ['BAD_ARGUMENTS', 7, 7],
          ],
        );
        return true;
      },
    );
  });
});

describe('parseInstruction', () => {
  it('reads one with its here-document', () => assert.equal(parseInstruction('COPY <<A /b\nx\nA', { file: 'trigger' }).kind, 'copy'));
  it('takes the escape that it is given', () => assert.equal(parseInstruction('RUN a `\nb', { file: 'trigger', escape: '`' }).original, 'RUN a b'));
  it('refuses two', () => assert.throws(() => parseInstruction('USER a\nUSER b', { file: 'trigger' }), DockerfileError));
  it('refuses none', () => assert.throws(() => parseInstruction('# a', { file: 'trigger' }), DockerfileError));
});

describe('flags as written', () => {
  const flags = (text: string) => {
    const [instruction] = parse(`FROM scratch\n${text}\n`).stages[0]!.instructions;
    const { flags } = instruction!.kind === 'onbuild' ? instruction!.trigger! : instruction!;
    return flags.map(({ name, value, written, range: { start, end } }) => [name, value, written, `${start.line}:${start.column}-${end.line}:${end.column}`]);
  };
  const table: readonly [text: string, flags: readonly (readonly [string, string | undefined, string, string])[]][] = [
    ['COPY a b', []],
    [
      'COPY --link --chown="a b" x /',
      [
        ['link', undefined, '--link', '2:5-2:11'],
        ['chown', 'a b', '--chown="a b"', '2:12-2:25'],
      ],
    ],
    ['  copy\t--from=x  -- --y /', [['from', 'x', '--from=x', '2:7-2:15']]],
    ['COPY --chmod=7\\\\5 x /', [['chmod', '7\\5', '--chmod=7\\\\5', '2:5-2:17']]],
    [
      'RUN \\\n# note\n  --network=none \\\n  --mount=type=ca\\\nche,target=/x y',
      [
        ['network', 'none', '--network=none', '4:2-4:16'],
        ['mount', 'type=cache,target=/x', '--mount=type=cache,target=/x', '5:2-6:13'],
      ],
    ],
    ['ONBUILD  RUN --network=none x', [['network', 'none', '--network=none', '2:13-2:27']]],
    ['ONBUILD \\\n RUN \\\n --network=none x', [['network', 'none', '--network=none', '4:1-4:15']]],
    [
      'HEALTHCHECK --interval=1s --retries= CMD x',
      [
        ['interval', '1s', '--interval=1s', '2:12-2:25'],
        ['retries', '', '--retries=', '2:26-2:36'],
      ],
    ],
  ];
  for (const [text, expected] of table) it(text.replaceAll('\n', '⏎'), () => assert.deepEqual(flags(text), expected));
  it('those of FROM', () => assert.equal(parse('FROM --platform=$P a').stages[0]!.from.flags[0]?.value, '$P'));
});

describe('parseWithFaults', () => {
  const outcome = (text: string) => {
    const { dockerfile, faults } = parseWithFaults(text);
    return {
      kinds: dockerfile.stages.map(({ instructions }) => instructions.map(({ kind }) => kind)),
      faults: faults.map(({ code, location }) => `${code}:${location?.startLine}`),
    };
  };
  it('gives the instructions that are right, and every fault with its line', () =>
    assert.deepEqual(outcome('FROM a AS b\nRUNN x\nRUN y\nEXPOSE z\nFROM --x c\nFROM d\nUSER e\n'), {
      kinds: [['run', 'expose'], ['user']],
      faults: ['UNKNOWN_INSTRUCTION:2', 'BAD_PORT:4', 'UNKNOWN_FLAG:5'],
    }));
  it('gives what stands before a fault that ends the reading', () =>
    assert.deepEqual(outcome('FROM a\nUSER b\nRUN <<E\nUSER c\n'), { kinds: [['user']], faults: ['UNTERMINATED_HEREDOC:3'] }));
  it('gives a tree for a text without stages', () => {
    assert.deepEqual(outcome(''), { kinds: [], faults: ['EMPTY_DOCKERFILE:1'] });
    assert.deepEqual(outcome('RUN x\n'), { kinds: [], faults: ['NO_STAGE:1'] });
    assert.deepEqual(outcome('ARG x\n'), { kinds: [], faults: ['NO_STAGE:1'] });
  });
  it('finds the faults that parseDockerfile throws, and none in what that takes', () => {
    assert.deepEqual(parseWithFaults('FROM a\nRUN b').faults, []);
    assert.deepEqual(parseWithFaults('FROM a\nRUN b').dockerfile, parseDockerfile('FROM a\nRUN b'));
    assert.throws(
      () => parseDockerfile('FROM a\nX'),
      (error) => error instanceof DockerfileError && error.location?.file === 'Dockerfile',
    );
  });
});
