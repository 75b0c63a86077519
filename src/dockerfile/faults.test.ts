import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildError, BuildErrors } from '../errors.ts';
import { parseDockerfile } from './parse.ts';

/** Each with the lines and codes of all that is told of it in one go, and the name that was meant where one is near. */
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
  test(`parseDockerfile tells all faults of ${JSON.stringify(text.slice(0, 60))}`, () => {
    const faults = faultsOf(text);
    assert.deepEqual(faults.map(summary), expected);
    for (const { message, hint, location } of faults) {
      assert.match(message, /^Cannot \S+ Dockerfile/);
      assert.ok(hint !== undefined && location?.text === text.replace(/^\uFEFF/, ''));
    }
  });
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
