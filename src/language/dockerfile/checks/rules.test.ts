import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDockerfile } from '../parse.ts';
import { evaluateDockerfile } from '../evaluate/evaluate-dockerfile.ts';
import type { ImageTrace } from '../evaluate/trace.ts';
import { checkDockerfile, checkTrace } from './check.ts';
import { evaluationInput, type CheckContext } from './context.ts';
import { rules } from './rules.ts';

interface Case {
  readonly text: string;
  /** Line and message of what this rule finds; none where it stays silent. */
  readonly finds: readonly (readonly [line: number, message: string])[];
  readonly context?: CheckContext;
  /** What a build looked up. */
  readonly images?: readonly ImageTrace[];
}

function image(more: Partial<ImageTrace>): ImageTrace {
  const range = { start: { line: 1 }, end: { line: 1 } };
  return { name: 'alpine', ref: 'docker.io/library/alpine:latest', manifest: 'sha256:1', platform: 'linux/arm64', range, ...more };
}

const from = (text: string): string => `FROM scratch\n${text}\n`;

const table: Readonly<Record<string, readonly Case[]>> = {
  StageNameCasing: [
    { text: 'FROM scratch AS BuildIt\n', finds: [[1, "Stage name 'BuildIt' should be lowercase"]] },
    { text: 'FROM scratch AS build-it\nFROM scratch\n', finds: [] },
  ],
  FromAsCasing: [
    { text: 'FROM scratch as a\n', finds: [[1, "'as' and 'FROM' keywords' casing do not match"]] },
    { text: 'from scratch AS a\n', finds: [[1, "'AS' and 'from' keywords' casing do not match"]] },
    { text: 'FROM scratch As a\n', finds: [[1, "'As' and 'FROM' keywords' casing do not match"]] },
    { text: 'From scratch as a\nFROM scratch AS b\nfrom scratch as c\n', finds: [] },
  ],
  NoEmptyContinuation: [
    { text: from('RUN a && \\\n\n  b && \\\n\n  c'), finds: [[6, 'Empty continuation line']] },
    { text: from('RUN a && \\\n# comment\n  b\n\nRUN c'), finds: [] },
  ],
  ConsistentInstructionCasing: [
    { text: 'FROM scratch\nrun a\nRUN b\n', finds: [[2, "Command 'run' should match the case of the command majority (uppercase)"]] },
    { text: 'from scratch\nrun a\nRUN b\n', finds: [[3, "Command 'RUN' should match the case of the command majority (lowercase)"]] },
    { text: 'FROM scratch\nRun a\n', finds: [[2, "Command 'Run' should match the case of the command majority (uppercase)"]] },
    { text: 'FROM scratch\nrun a\n', finds: [[2, "Command 'run' should match the case of the command majority (uppercase)"]] },
    { text: 'arg x\nFROM scratch\nRUN a\n', finds: [] },
    { text: 'from scratch\nrun a\n', finds: [] },
  ],
  DuplicateStageName: [
    { text: 'FROM scratch AS a\nFROM scratch AS A\n', finds: [[2, 'Duplicate stage name "a", stage names should be unique']] },
    { text: 'FROM scratch AS a\nFROM scratch\nFROM scratch\n', finds: [] },
  ],
  ReservedStageName: [
    { text: 'FROM scratch AS context\n', finds: [[1, 'Stage name should not use the same name as reserved stage "context"']] },
    { text: 'FROM scratch AS Scratch\n', finds: [[1, 'Stage name should not use the same name as reserved stage "scratch"']] },
    { text: 'FROM scratch AS contexts\n', finds: [] },
  ],
  JSONArgsRecommended: [
    { text: from('CMD a'), finds: [[2, 'JSON arguments recommended for CMD to prevent unintended behavior related to OS signals']] },
    { text: from('entrypoint a'), finds: [[2, 'JSON arguments recommended for entrypoint to prevent unintended behavior related to OS signals']] },
    { text: from('CMD a\nSHELL ["x"]'), finds: [[2, 'JSON arguments recommended for CMD to prevent unintended behavior related to OS signals']] },
    { text: from('CMD ["a"]\nENTRYPOINT ["b"]\nHEALTHCHECK CMD a'), finds: [] },
    { text: from('SHELL ["x"]\nCMD a'), finds: [] },
    { text: 'FROM scratch AS a\nSHELL ["x"]\nFROM a\nCMD a\n', finds: [] },
    { text: 'FROM alpine\nCMD a\n', finds: [], context: { baseConfig: () => ({ shell: ['x'] }) } },
    { text: 'FROM alpine\nCMD a\n', finds: [], context: { baseConfig: () => ({ onBuild: ['SHELL ["x"]'] }) } },
    {
      text: 'ARG a\nFROM alpine\n',
      finds: [[2, 'JSON arguments recommended for CMD to prevent unintended behavior related to OS signals']],
      context: { baseConfig: () => ({ onBuild: ['NONSENSE', 'CMD a'] }) },
    },
    { text: 'FROM alpine AS a\nFROM a\n', finds: [], context: { baseConfig: (index) => (index === 1 ? { onBuild: ['CMD a'] } : {}) } },
  ],
  MaintainerDeprecated: [
    { text: from('MAINTAINER me'), finds: [[2, 'Maintainer instruction is deprecated in favor of using label']] },
    { text: from('LABEL maintainer=me'), finds: [] },
  ],
  UndefinedArgInFrom: [
    { text: 'FROM scratch$x\n', finds: [[1, "FROM argument 'x' is not declared"]] },
    { text: 'ARG VERSION\nFROM scratch${VERSIO:-}\n', finds: [[2, "FROM argument 'VERSIO' is not declared (did you mean VERSION?)"]] },
    { text: 'FROM --platform=$BULDPLATFORM scratch\n', finds: [[1, "FROM argument 'BULDPLATFORM' is not declared (did you mean BUILDPLATFORM?)"]] },
    { text: 'ARG x\nFROM --platform=$BUILDPLATFORM scratch$x$TARGETARCH\n', finds: [] },
    { text: 'FROM --platform=$x scratch$x\n', finds: [[1, "FROM argument 'x' is not declared"]] },
  ],
  WorkdirRelativePath: [
    { text: from('WORKDIR a\nWORKDIR b'), finds: [[2, 'Relative workdir "a" can have unexpected results if the base image changes']] },
    {
      text: 'FROM scratch AS a\nONBUILD WORKDIR w\nFROM a\nWORKDIR x',
      finds: [[3, 'Relative workdir "w" can have unexpected results if the base image changes']],
    },
    { text: from('ENV d=a/b\nWORKDIR $d'), finds: [[3, 'Relative workdir "a/b" can have unexpected results if the base image changes']] },
    { text: from('WORKDIR /a\nWORKDIR b'), finds: [] },
    { text: 'FROM scratch AS a\nWORKDIR /a\nFROM a\nWORKDIR b\n', finds: [] },
  ],
  UndefinedVar: [
    { text: from('COPY $a /b'), finds: [[2, "Usage of undefined variable '$a'"]] },
    { text: from('ENV p=$PAHT'), finds: [[2, "Usage of undefined variable '$PAHT' (did you mean $PATH?)"]] },
    { text: from('ENV a=1 b=$a'), finds: [[2, "Usage of undefined variable '$a'"]] },
    { text: from('USER ${a:-b}'), finds: [[2, "Usage of undefined variable '$a'"]] },
    { text: from('RUN --mount=target=/a,source=$a x'), finds: [[2, "Usage of undefined variable '$a'"]] },
    {
      text: from('COPY <<x /y\n$a "$b"\nx'),
      finds: [
        [2, "Usage of undefined variable '$a'"],
        [2, "Usage of undefined variable '$b'"],
      ],
    },
    { text: from('ARG a\nARG b=1\nENV c=1\nENV d=$a$b$c\nRUN $nothing\nCMD $nothing\nEXPOSE $nothing\nCOPY <<"x" /y\n$a\nx'), finds: [] },
    { text: 'FROM scratch AS a\nARG x\nENV y=1\nFROM a\nENV z=$x$y\n', finds: [] },
    { text: 'ARG x=1\nFROM scratch\nENV y=$x\n', finds: [[3, "Usage of undefined variable '$x'"]] },
    { text: 'FROM alpine\nENV y=$x\n', finds: [] },
    {
      text: 'FROM alpine\nENV y=$x z=$q\n',
      finds: [[2, "Usage of undefined variable '$q' (did you mean $x?)"]],
      context: { baseConfig: () => ({ env: ['x=1'] }) },
    },
    { text: 'FROM scratch AS a\nONBUILD LABEL a=$x b=$x\nONBUILD LABEL c=$x\nFROM a\n', finds: [[4, "Usage of undefined variable '$x'"]] },
  ],
  MultipleInstructionsDisallowed: [
    {
      text: from('CMD ["a"]\nCMD ["b"]\ncmd ["c"]'),
      finds: [
        [2, 'Multiple CMD instructions should not be used in the same stage because only the last one will be used'],
        [3, 'Multiple cmd instructions should not be used in the same stage because only the last one will be used'],
      ],
    },
    {
      text: from('HEALTHCHECK NONE\nHEALTHCHECK CMD a'),
      finds: [[2, 'Multiple HEALTHCHECK instructions should not be used in the same stage because only the last one will be used']],
    },
    { text: 'FROM scratch AS a\nCMD ["a"]\nENTRYPOINT ["a"]\nFROM a\nCMD ["b"]\n', finds: [] },
  ],
  LegacyKeyValueFormat: [
    { text: from('ENV a b'), finds: [[2, '"ENV key=value" should be used instead of legacy "ENV key value" format']] },
    { text: from('label a b'), finds: [[2, '"label key=value" should be used instead of legacy "label key value" format']] },
    { text: from('ENV a=b\nLABEL c="d e"'), finds: [] },
  ],
  InvalidBaseImagePlatform: [
    {
      text: 'FROM alpine\n',
      finds: [[1, 'Base image alpine was pulled with platform "linux/arm64", expected "linux/amd64" for current build']],
      images: [image({ expected: 'linux/amd64' })],
    },
    { text: 'FROM alpine\n', finds: [], images: [image({})] },
  ],
  RedundantTargetPlatform: [
    {
      text: 'FROM --platform=$TARGETPLATFORM scratch\n',
      finds: [[1, 'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior']],
    },
    {
      text: 'FROM --platform=${TARGETPLATFORM} scratch\n',
      finds: [[1, 'Setting platform to predefined ${TARGETPLATFORM} in FROM is redundant as this is the default behavior']],
    },
    { text: 'FROM --platform=$BUILDPLATFORM scratch\nFROM --platform=linux/$TARGETARCH scratch\nFROM scratch\n', finds: [] },
  ],
  SecretsUsedInArgOrEnv: [
    { text: from('ARG GITHUB_TOKEN'), finds: [[2, 'Do not use ARG or ENV instructions for sensitive data (ARG "GITHUB_TOKEN")']] },
    {
      text: from('ENV auth=1 my_Passwd_x=2 key=3'),
      finds: ['auth', 'my_Passwd_x', 'key'].map((key) => [2, `Do not use ARG or ENV instructions for sensitive data (ENV "${key}")`] as const),
    },
    { text: from('ARG monkey\nARG PUBLIC_KEY\nARG key_file\nARG token_version\nARG tokens\nENV authx=1\nLABEL password=1'), finds: [] },
  ],
  InvalidDefaultArgInFrom: [
    { text: 'ARG v\nFROM $v\n', finds: [[2, 'Default value for ARG $v results in empty or invalid base image name']] },
    { text: 'ARG v\nFROM busybox:$v\n', finds: [[2, 'Default value for ARG busybox:$v results in empty or invalid base image name']] },
    { text: 'FROM Base\n', finds: [[1, 'Default value for ARG Base results in empty or invalid base image name']] },
    { text: 'ARG v\nFROM busybox:${v:-1}\nARG v=1\nFROM a$v\n', finds: [] },
    {
      text: 'ARG v\nFROM $v\n',
      finds: [[2, 'Default value for ARG $v results in empty or invalid base image name']],
      context: { buildArgs: { v: 'scratch' } },
    },
  ],
  FromPlatformFlagConstDisallowed: [
    { text: 'FROM --platform=linux/amd64 scratch\n', finds: [[1, 'FROM --platform flag should not use constant value "linux/amd64"']] },
    { text: 'FROM --platform=arm64 scratch AS arm\n', finds: [[1, 'FROM --platform flag should not use constant value "arm64"']] },
    {
      text: 'FROM --platform=linux/amd64 scratch AS build-amd64\nFROM --platform=linux/x86_64 scratch AS on-Linux\nFROM --platform=$BUILDPLATFORM scratch\n',
      finds: [],
    },
  ],
  CopyIgnoredFile: [
    { text: from('COPY a /b'), finds: [[2, 'Attempting to Copy file "a" that is excluded by .dockerignore']], context: { ignorePatterns: ['a'] } },
    { text: from('ADD a//b c /b'), finds: [[2, 'Attempting to Add file "a//b" that is excluded by .dockerignore']], context: { ignorePatterns: ['a'] } },
    { text: from('COPY ./a x/../a /b'), finds: [], context: { ignorePatterns: ['a'] } },
    { text: from('COPY . /b'), finds: [[2, 'Attempting to Copy file "." that is excluded by .dockerignore']], context: { ignorePatterns: ['*'] } },
    { text: from('ENV d=a\nCOPY $d /b'), finds: [[3, 'Attempting to Copy file "a" that is excluded by .dockerignore']], context: { ignorePatterns: ['a'] } },
    { text: from('COPY . /b\nCOPY c /b\nCOPY --from=0 a /b\nADD http://a/a /b\nCOPY <<a /b\na'), finds: [], context: { ignorePatterns: ['a'] } },
    { text: from('COPY a /b'), finds: [], context: { ignorePatterns: ['a', '!a/c'] } },
    { text: from('COPY a /b'), finds: [] },
  ],
  InvalidDefinitionDescription: [
    { text: '# check=experimental=all\n# wrong\nFROM scratch AS a\n', finds: [[3, 'Comment for FROM should follow the format: `# a <description>`']] },
    {
      text: '# check=experimental=InvalidDefinitionDescription\n# x\nARG a\n# y\nARG b c\nFROM scratch\n',
      finds: [
        [3, 'Comment for ARG should follow the format: `# a <description>`'],
        [5, 'Comment for ARG should follow the format: `# <arg_key> <description>`'],
      ],
    },
    { text: '# check=experimental=all\n# a is good\nFROM scratch AS A\n# wrong\n#\nARG b\n# c fine\nARG b c\n# any\nRUN x\n# any\nFROM scratch\n', finds: [] },
    { text: '\n# wrong\nFROM scratch AS a\n', finds: [] },
  ],
  ExposeProtoCasing: [
    { text: from('EXPOSE 80/TCP 81/tcp'), finds: [[2, "Defined protocol '80/TCP' in EXPOSE instruction should be lowercase"]] },
    { text: from('EXPOSE 80 81/udp 1-2/sctp'), finds: [] },
  ],
  ExposeInvalidFormat: [
    { text: from('EXPOSE 80:80'), finds: [[2, "EXPOSE instruction should not define an IP address or host-port mapping, found '80:80'"]] },
    { text: from('ENV p=1:2\nEXPOSE 3 $p'), finds: [[3, "EXPOSE instruction should not define an IP address or host-port mapping, found '1:2'"]] },
    { text: from('EXPOSE 127.0.0.1::80'), finds: [[2, "EXPOSE instruction should not define an IP address or host-port mapping, found '127.0.0.1::80'"]] },
    { text: from('EXPOSE 80 1-2/udp'), finds: [] },
  ],
};

describe('rules', () => {
  it('are 22, each with a table here', () => {
    assert.equal(rules.length, 22);
    assert.deepEqual(rules.map(({ name }) => name).sort(), Object.keys(table).sort());
  });

  for (const rule of rules) {
    const cases = table[rule.name] ?? [];
    describe(rule.name, () => {
      it('has a page of its own', () => {
        const kebab = rule.name.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
        assert.equal(rule.url, `https://docs.docker.com/go/dockerfile/rule/${kebab}/`);
        assert.notEqual(rule.description, '');
      });
      it('has tests that fire and tests that stay silent', () =>
        assert.deepEqual([cases.some(({ finds }) => finds.length > 0), cases.some(({ finds }) => finds.length === 0)], [true, true]));
      for (const { text, finds, context = {}, images } of cases) {
        it(`${finds.length === 0 ? 'silent' : 'fires'}: ${JSON.stringify(text)}`, () => {
          const dockerfile = parseDockerfile(text, { file: 'Dockerfile' });
          const trace = evaluateDockerfile(dockerfile, evaluationInput(context));
          const all = images === undefined ? checkDockerfile(dockerfile, context) : checkTrace(dockerfile, { ...trace, images });
          const warnings = all.filter((warning) => warning.rule === rule.name);
          assert.deepEqual(
            warnings.map(({ location, message }) => [location.startLine, message]),
            finds,
          );
        });
      }
    });
  }
});
