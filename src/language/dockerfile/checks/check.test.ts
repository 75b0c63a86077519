import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DockerfileError } from '../error.ts';
import { parseDockerfile, parseWithFaults } from '../parse.ts';
import { checkDockerfile, checkFault, checkUpToFault } from './check.ts';
import type { CheckContext } from './context.ts';

const text = 'FROM scratch as A\n# check=skip=JSONArgsRecommended\nCMD a\nENTRYPOINT b\nMAINTAINER c\n';
const parse = (source: string) => parseDockerfile(source, { file: 'Dockerfile' });
const names = (source: string, context?: CheckContext) => checkDockerfile(parse(source), context).map(({ rule, location }) => `${rule}:${location.startLine}`);

describe('checkDockerfile', () => {
  it('reports the warnings in the order of the lines, and skips a rule for one instruction', () =>
    assert.deepEqual(names(text), ['StageNameCasing:1', 'FromAsCasing:1', 'JSONArgsRecommended:4', 'MaintainerDeprecated:5']));
  it('skips the rules of # check=skip=', () =>
    assert.deepEqual(names(`# check=skip=FromAsCasing,StageNameCasing\n${text}`), ['JSONArgsRecommended:5', 'MaintainerDeprecated:6']));
  it('skips all', () => assert.deepEqual(names(`# check=skip=all\n${text}`), []));
  it('skips all for one instruction', () => assert.deepEqual(names('FROM scratch\n# check=skip=all\nMAINTAINER a\n'), []));
  it('reads # check= after a #! line', () => assert.deepEqual(names(`#!/x\n# check=skip=all\n${text}`), []));
  it('takes the build argument in place of the directive', () =>
    assert.deepEqual(names(`# check=skip=all\n${text}`, { buildArgs: { BUILDKIT_DOCKERFILE_CHECK: 'skip=MaintainerDeprecated' } }), [
      'StageNameCasing:2',
      'FromAsCasing:2',
      'JSONArgsRecommended:5',
    ]));
  it('leaves out stages that are not built where a rule needs the build', () =>
    assert.deepEqual(names('FROM scratch AS A\nCMD a\nFROM scratch\n', { stages: new Set([1]) }), ['StageNameCasing:1']));
  it('runs an experiment only where it is asked for', () => {
    assert.deepEqual(names('\n# x\nFROM scratch AS a\n'), []);
    assert.deepEqual(names('\n# x\n# check=experimental=all\n# y\nFROM scratch AS a\n'), ['InvalidDefinitionDescription:5']);
  });
  it('places a warning', () =>
    assert.deepEqual(
      checkDockerfile(parse('FROM scratch\nMAINTAINER \\\n a\n')).map(({ location }) => [location.file, location.startLine, location.endLine]),
      [['Dockerfile', 2, 3]],
    ));
  for (const options of ['foo', 'skip', 'error=maybe', 'foo=bar']) {
    it(`refuses # check=${options}`, () =>
      assert.throws(
        () => names(`# check=${options}\n${text}`),
        (error) => error instanceof DockerfileError && error.code === 'BAD_CHECK_OPTION',
      ));
  }
});

describe('checkFault', () => {
  const faultOf = (source: string, context: CheckContext = {}) => {
    const dockerfile = parse(source);
    return checkFault(dockerfile, checkDockerfile(dockerfile, context), context);
  };
  it('is none without error=true', () => assert.equal(faultOf(text), undefined));
  it('is none without warnings', () => assert.equal(faultOf('# check=error=true\nFROM scratch\n'), undefined));
  it('names the rules', () => {
    const error = faultOf(`# check=skip=MaintainerDeprecated;error=true\n${text}`);
    assert.equal(error?.code, 'CHECK_FAILED');
    assert.match(error.message, /lint violation found for rules: FromAsCasing, JSONArgsRecommended, StageNameCasing$/);
  });
  it('obeys the build argument', () => assert.equal(faultOf(text, { buildArgs: { BUILDKIT_DOCKERFILE_CHECK: 'error=true' } })?.code, 'CHECK_FAILED'));
});

describe('checkUpToFault', () => {
  const upToFault = (source: string) => checkUpToFault(parseWithFaults(source)).map(({ rule, location }) => `${rule}:${location.startLine}`);
  it('reports what stands above the first fault', () =>
    assert.deepEqual(upToFault('FROM scratch AS A\nMAINTAINER b\nXX\nMAINTAINER c\n'), ['StageNameCasing:1', 'MaintainerDeprecated:2']));
  it('reports nothing where the options are at fault too', () => assert.deepEqual(upToFault('# check=x\nFROM scratch AS A\nXX\n'), []));
});

describe('a check comment above an instruction', () => {
  for (const comment of ['check=skip=MaintainerDeprecated // why', 'check = skip=MaintainerDeprecated why', 'CHECK=skip=MaintainerDeprecated'])
    it(`# ${comment}`, () => assert.deepEqual(names(`FROM scratch\n# ${comment}\nMAINTAINER a\nMAINTAINER b\n`), ['MaintainerDeprecated:4']));
  it('ends at the first blank', () =>
    assert.deepEqual(names('FROM scratch\n# check=skip=A, MaintainerDeprecated\nMAINTAINER a\n'), ['MaintainerDeprecated:3']));
});
