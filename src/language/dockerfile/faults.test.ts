import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildError, BuildErrors } from '../../core/errors.ts';
import { languageVersion } from './frontend-image.ts';
import { parseDockerfile } from './parse.ts';
import { valueFaults } from './value-faults.ts';

/** Each with the lines and codes of all that is reported of it in one go, and the name that was meant where one is near. */
const table: readonly (readonly [text: string, faults: readonly string[]])[] = [
  ['FROMM alpine\nRUN x\nCOPYY a b\n', ['1 UNKNOWN_INSTRUCTION FROM', '3 UNKNOWN_INSTRUCTION COPY']],
  ['FROM alpine\nRUN x\n---\n', ['3 UNKNOWN_INSTRUCTION']],
  ['FROM alpine\nCOPY --form=a a b\nADD --chekcsum=x a b\n', ['2 UNKNOWN_FLAG from', '3 UNKNOWN_FLAG checksum']],
  [
    'FROM alpine\nHEALTHCHECK --intervall=5s CMD x\nHEALTHCHECK --interval=5 CMD x\nHEALTHCHECK CDM x\n',
    ['2 UNKNOWN_FLAG interval', '3 BAD_DURATION', '4 BAD_ARGUMENTS'],
  ],
  ['FROM alpine\nRUN --network=hots y\nRUN --security=insecur y\n', ['2 BAD_FLAG host', '3 BAD_FLAG insecure']],
  ['FROM alpine AS 1a\n', ['1 BAD_STAGE_NAME']],
  ['FROM alpine AS\n', ['1 BAD_ARGUMENTS']],
  ['FROM\n', ['1 BAD_ARGUMENTS']],
  ['FROM a b c d\n', ['1 BAD_ARGUMENTS']],
  ['', ['1 EMPTY_DOCKERFILE']],
  ['# only\n', ['1 EMPTY_DOCKERFILE']],
  ['RUN x\n', ['1 NO_STAGE']],
  ['ARG x\nRUN y\n', ['2 NO_STAGE']],
  ['FROM alpine\nCOPY a\nADD\n', ['2 BAD_ARGUMENTS', '3 BAD_ARGUMENTS']],
  ['FROM alpine\nENV a\nENV =b\nENV a=b c\nLABEL x\n', ['2 BAD_ARGUMENTS', '3 BAD_ARGUMENTS', '4 BAD_ARGUMENTS', '5 BAD_ARGUMENTS']],
  [
    'FROM alpine\nEXPOSE\nUSER\nWORKDIR\nVOLUME\nSTOPSIGNAL\nCMD\nSHELL bash\nSHELL []\n',
    ['2 BAD_ARGUMENTS', '3 BAD_ARGUMENTS', '4 BAD_ARGUMENTS', '5 BAD_ARGUMENTS', '6 BAD_ARGUMENTS', '8 BAD_ARGUMENTS', '9 BAD_ARGUMENTS'],
  ],
  ['FROM alpine\nONBUILD FROM x\nONBUILD ONBUILD RUN x\nONBUILD MAINTAINER x\nONBUILD RUNN x\n', ['2 BAD_TRIGGER', '3 BAD_TRIGGER', '4 BAD_TRIGGER']],
  ['FROM alpine\nCOPY --from=a --from=b x y\n', ['2 DUPLICATE_FLAG']],
  ['FROM alpine\nCOPY --link=maybe a b\n', ['2 BAD_FLAG']],
  ['FROM alpine\nRUN <<EOF\nno end\n', ['2 UNTERMINATED_HEREDOC']],
  ['FROM alpine\nCOPY <<EOF\nx\nEOF\n', ['2 BAD_ARGUMENTS']],
  ['# escape=x\nFROM alpine\n', ['1 BAD_DIRECTIVE']],
  ['# syntax=a\n# syntax=b\nFROM alpine\n', ['2 DUPLICATE_DIRECTIVE']],
  ['FROM --platfrom=linux/amd64 alpine\n', ['1 UNKNOWN_FLAG platform']],
  ['FROM alpine\nADD --from=x a b\nADD --parents a b\n', ['2 UNKNOWN_FLAG', '3 UNKNOWN_FLAG']],
  ['FROM alpine\nMAINTAINER\nARG\nARG =x\n', ['2 BAD_ARGUMENTS', '3 BAD_ARGUMENTS', '4 BAD_ARGUMENTS']],
  ['FROM alpine\nRUN --device= x\nRUN --mount\n', ['2 BAD_DEVICE', '3 BAD_FLAG']],
  ['FROM alpine\nCOPY ["a"]\nCOPY ["a", b]\n', ['2 BAD_ARGUMENTS']],
  ['FROM alpine\nHEALTHCHECK NONE x\nHEALTHCHECK --retries=-1 CMD x\nHEALTHCHECK --timeout=1us CMD x\n', ['2 BAD_ARGUMENTS', '3 BAD_FLAG', '4 BAD_DURATION']],
  [
    'from alpine\ncpoy a b\nexpsoe 80\nwokrdir /x\nentrypiont x\n',
    ['2 UNKNOWN_INSTRUCTION copy', '3 UNKNOWN_INSTRUCTION expose', '4 UNKNOWN_INSTRUCTION workdir', '5 UNKNOWN_INSTRUCTION entrypoint'],
  ],
  ['FROM alpine\n\u0000\u0001\n', ['2 UNKNOWN_INSTRUCTION']],
];

for (const [text, expected] of table) {
  test(`parseDockerfile reports all faults of ${JSON.stringify(text.slice(0, 60))}`, () => {
    const faults = faultsOf(text);
    assert.deepEqual(faults.map(summary), expected);
    for (const { message, hint, location } of faults) {
      assert.match(message, /^Cannot \S+ Dockerfile/);
      assert.ok(hint !== undefined && location?.text === text.replace(/^\uFEFF/, ''));
    }
  });
}

const values = [
  'RUN --mount=type=cahce,target=/x a',
  'RUN --mount=type=cache,target=/x,shraing=locked a',
  'RUN --mount=type=bind,target=/ --mount=type=tmpfs,target=/t,size=much a',
  'COPY --chmod=999 a /b',
  'ADD --chmod=u=rwz a /b',
  'ADD --checksum=md5:1 https://a.example/b /b',
  'EXPOSE 80 abc',
  'STOPSIGNAL SIGNOPE',
  'ENV a=${b:=c}',
  'WORKDIR ${',
  'COPY a <<EOF /c\n${x^}\nEOF',
];
const valueCodes = [
  'BAD_MOUNT',
  'BAD_MOUNT',
  'BAD_MOUNT',
  'BAD_MOUNT',
  'BAD_CHMOD',
  'BAD_CHMOD',
  'BAD_CHECKSUM',
  'BAD_PORT',
  'BAD_SIGNAL',
  'BAD_EXPANSION',
  'BAD_EXPANSION',
  'BAD_EXPANSION',
];

test('valueFaults: all of a file, with their lines', () => {
  const dockerfile = parseDockerfile(`FROM a\n${values.join('\n')}\n`, { file: 'Dockerfile' });
  const faults = valueFaults(dockerfile);
  assert.deepEqual(
    faults.map(({ code }) => code),
    valueCodes,
  );
  assert.deepEqual(
    faults.map(({ location }) => location?.startLine),
    [2, 3, 4, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  );
  for (const { message, location } of faults) assert.ok(message.startsWith('Cannot ') && location?.text === dockerfile.text, message);
});

test('valueFaults: nothing of what variables decide', () => {
  const text = `FROM a
RUN --mount=type=$T,required,size=1,target=/ --mount=target=$D --mount=type=cache,target=/x,sharing=$S,mode=$M --mount=type=cache x
RUN --mount=type=cache,target=. --mount=type=cache,target=../.. --mount="type=tmpfs,target='/a b'" x
COPY --chmod=$MODE a /b
ADD --checksum=$SUM https://a.example/b /b
COPY --exclude=\${ a /b
EXPOSE $PORT \${X:-80}
STOPSIGNAL \${SIGNAL}
ENV a=\${b:?c}
ARG c=\${b:=c}
ONBUILD EXPOSE abc
`;
  assert.deepEqual(valueFaults(parseDockerfile(text, { file: 'Dockerfile' })), []);
});

test('valueFaults: keys that no type of mount has, next to variables', () => {
  const faults = valueFaults(parseDockerfile('FROM a\nRUN --mount=type=$T,tarrget=/x a\nRUN --mount=target=$T,sharing=never a\n', { file: 'Dockerfile' }));
  assert.deepEqual(faults.map(summary), ['2 BAD_MOUNT target', '3 BAD_MOUNT']);
});

test('valueFaults: of some stages', () => {
  const dockerfile = parseDockerfile('FROM a\nEXPOSE x\nFROM b\nEXPOSE y\n', { file: 'Dockerfile' });
  assert.deepEqual(valueFaults(dockerfile, new Set([1])).map(summary), ['4 BAD_PORT']);
});

test('parseDockerfile reports faults in values with those that stop it, in the order of lines', () => {
  assert.deepEqual(faultsOf('FROM a\nEXPOSE x\nCOPYY a b\nRUN --mount=type=x a\n').map(summary), ['2 BAD_PORT', '3 UNKNOWN_INSTRUCTION COPY', '4 BAD_MOUNT']);
});

const unknown: readonly [line: string, code: string][] = [
  ['SHINE x', 'UNKNOWN_INSTRUCTION'],
  ['COPPY a b', 'UNKNOWN_INSTRUCTION'],
  ['COPY --shiny a b', 'UNKNOWN_FLAG'],
  ['RUN --shiny a', 'UNKNOWN_FLAG'],
  ['USER --shiny a', 'UNKNOWN_FLAG'],
  ['RUN --network=shiny a', 'BAD_FLAG'],
  ['RUN --security=shiny a', 'BAD_FLAG'],
  ['RUN --device=a,shiny=1 a', 'BAD_DEVICE'],
  ['RUN --mount=type=shiny,target=/x a', 'BAD_MOUNT'],
  ['RUN --mount=target=/x,shiny=1 a', 'BAD_MOUNT'],
  ['RUN --mount=target=/x,shiny a', 'BAD_MOUNT'],
  ['RUN --mount=type=cache,target=/x,sharing=shiny a', 'BAD_MOUNT'],
  ['COPY --chmod=shiny a b', 'BAD_CHMOD'],
  ['ENV a=${b^^}', 'BAD_EXPANSION'],
  ['HEALTHCHECK SHINE x', 'BAD_ARGUMENTS'],
  ['EXPOSE 80/shiny', 'BAD_PORT'],
];
for (const [line, code] of unknown) {
  test(`a newer "# syntax=" is in the hint of ${line}`, () => {
    const hintOf = (syntax: string, options: { syntax?: string } = {}): string => {
      const found = allFaultsOf(`# syntax=docker/dockerfile:${syntax}\nFROM a\n${line}\n`, options);
      assert.deepEqual(
        found.map((error) => error.code),
        [code],
      );
      return found[0]?.hint ?? '';
    };
    assert.match(hintOf('1.99'), new RegExp(`asks for frontend 1\\.99, newer than the ${languageVersion.replace('.', '\\.')} that is built in.* upgrade`));
    assert.doesNotMatch(hintOf('1'), /newer/);
    assert.doesNotMatch(hintOf(languageVersion), /newer/);
    assert.doesNotMatch(hintOf('1.99', { syntax: 'docker/dockerfile:1' }), /newer/);
    assert.match(hintOf('1', { syntax: 'docker/dockerfile:1.98' }), /asks for frontend 1\.98/);
  });
}

test('a newer "# syntax=" says nothing of faults that no version allows', () => {
  for (const text of ['RUN x', 'FROM a\nRUN <<E', '']) {
    const faults = faultsOf(`# syntax=docker/dockerfile:1.99\n${text}`);
    assert.ok(faults.length > 0, text);
    for (const { hint } of faults) assert.doesNotMatch(hint ?? '', /newer/);
  }
});

function allFaultsOf(text: string, options: { syntax?: string } = {}): readonly BuildError[] {
  try {
    return valueFaults(parseDockerfile(text, { file: 'Dockerfile', ...options }));
  } catch (error) {
    if (error instanceof BuildErrors) return error.errors;
    if (error instanceof BuildError) return [error];
    throw error;
  }
}

test('parseDockerfile: a fault in each of 300 lines ends the list before it gets long', () => {
  const faults = faultsOf(`FROM a\n${'COPYY a b\n'.repeat(300)}`);
  assert.ok(faults.length >= 20 && faults.length <= 100, String(faults.length));
});

function faultsOf(text: string): readonly BuildError[] {
  try {
    parseDockerfile(text, { file: 'Dockerfile' });
  } catch (error) {
    if (error instanceof BuildErrors) return error.errors;
    if (error instanceof BuildError) return [error];
    throw error;
  }
  return assert.fail('accepted');
}

function summary({ code, message, hint, location }: BuildError): string {
  const meant = /did you mean ([^?]+)\?/i.exec(`${message} ${hint}`)?.[1] ?? '';
  return `${location?.startLine} ${code} ${meant}`.trim();
}

test('parseDockerfile: an unknown instruction suggests another one once', () => {
  const { message, hint } = faultsOf('FROM a\nCOPPY a b\n')[0]!;
  assert.match(message, /did you mean COPY\?/);
  assert.doesNotMatch(hint ?? '', /did you mean/i);
});
