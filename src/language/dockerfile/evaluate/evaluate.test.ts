import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDockerfile } from '../parse.ts';
import { evaluateDockerfile, type StageFacts } from './evaluate-dockerfile.ts';
import { evaluateInstruction } from './evaluate-instruction.ts';
import type { EvaluationInput } from './global-args.ts';
import type { DockerfileTrace, InstructionTrace, InstructionValues } from './trace.ts';

const platform = { os: 'linux', architecture: 'amd64' };

function trace(text: string, facts: StageFacts = {}, input: Partial<EvaluationInput> = {}): DockerfileTrace {
  return evaluateDockerfile(parseDockerfile(text), { targetPlatform: platform, buildPlatform: platform, ...input }, facts);
}

/** The last instruction of the last stage. */
function last(text: string, facts: StageFacts = {}, input: Partial<EvaluationInput> = {}): InstructionTrace {
  return trace(text, facts, input).stages.at(-1)!.instructions.at(-1)!;
}

/** Without the node of the syntax tree. */
function valuesOf({ values }: InstructionTrace): Omit<InstructionValues, 'instruction'> {
  const { instruction: _instruction, ...rest } = values;
  return rest;
}

describe('evaluateDockerfile: values', () => {
  const table: readonly (readonly [text: string, values: object])[] = [
    [
      'ENV a=1 b=$a',
      {
        kind: 'env',
        pairs: [
          ['a', '1'],
          ['b', ''],
        ],
      },
    ],
    ['ENV a=1\nENV b=$a-$PATH', { kind: 'env', pairs: [['b', '1-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']] }],
    [
      'ARG a=1 b=${a}2',
      {
        kind: 'arg',
        args: [
          { name: 'a', value: '1', isInherited: false },
          { name: 'b', value: '12', isInherited: false },
        ],
      },
    ],
    ['ARG TARGETARCH', { kind: 'arg', args: [{ name: 'TARGETARCH', value: 'amd64', isInherited: true }] }],
    [
      'ENV d=/x\nCOPY --chown=$d --chmod=755 a $d/',
      { kind: 'copy', sources: ['a'], destination: '/x/', chown: '/x', chmod: '755', checksum: '', heredocs: [] },
    ],
    [
      'ENV d=1\nCOPY <<a /b\n$d\na',
      { kind: 'copy', sources: [], destination: '/b', chown: '', chmod: '', checksum: '', heredocs: [{ name: 'a', content: '1\n' }] },
    ],
    ['WORKDIR /a\nWORKDIR b/../c', { kind: 'workdir', path: 'b/../c', workdir: '/a/c' }],
    ['ENV p="81 80/udp"\nEXPOSE $p 1-2', { kind: 'expose', words: ['81', '80/udp', '1-2'], ports: ['81/tcp', '80/udp', '1/tcp', '2/tcp'] }],
    ['WORKDIR /a\nRUN --mount=type=tmpfs,target=b x', { kind: 'run', mounts: [{ type: 'tmpfs', target: '/a/b', readonly: false }], devices: [] }],
  ];
  for (const [text, values] of table) it(text, () => assert.deepEqual(valuesOf(last(`FROM scratch\n${text}\n`)), values));

  it('a build arg wins over the default of an ARG, and SOURCE_DATE_EPOCH is what it was resolved to', () => {
    const text = 'ARG v=1\nARG SOURCE_DATE_EPOCH=context\nFROM scratch\nARG v\nARG SOURCE_DATE_EPOCH\nLABEL l=$v-$SOURCE_DATE_EPOCH\n';
    assert.deepEqual(valuesOf(last(text, {}, { buildArgs: { v: '2' }, sourceDateEpoch: 7 })), { kind: 'label', pairs: [['l', '2-7']] });
  });
  it('a stage sees ENV of its base again where an ARG hid it, and the ARGs of its base', () => {
    const text = 'FROM scratch AS a\nENV v=env\nARG v=arg w=arg\nFROM a\nLABEL l=$v-$w\n';
    assert.deepEqual(valuesOf(last(text)), { kind: 'label', pairs: [['l', 'env-arg']] });
  });
});

describe('evaluateDockerfile: bases', () => {
  const bases = (text: string, facts: StageFacts = {}) =>
    trace(text, facts).stages.map(({ base }) => [base.kind, base.name, base.known, base.shell, base.workdir]);

  it('scratch is known, an image that was not looked up is not, nor what begins with it', () =>
    assert.deepEqual(bases('FROM scratch\nFROM alpine AS a\nSHELL ["x"]\nWORKDIR /w\nFROM a\n'), [
      ['scratch', 'scratch', true, [], '/'],
      ['outside', 'alpine', false, [], '/'],
      ['stage', 'a', false, ['x'], '/w'],
    ]));
  it('the config of an image gives variables, SHELL and WORKDIR', () => {
    const facts: StageFacts = { baseConfig: () => ({ env: ['A=1'], shell: ['y'], workdir: '/b' }) };
    assert.deepEqual(bases('FROM alpine\n', facts), [['outside', 'alpine', true, ['y'], '/b']]);
    assert.deepEqual(last('FROM alpine\nLABEL l=$A$B\n', facts).undefinedNames, [{ name: 'B', suggestion: 'A' }]);
  });
  it('names are undefined only where all that is defined is known', () => {
    assert.deepEqual(last('FROM alpine\nLABEL l=$a\n').undefinedNames, []);
    assert.deepEqual(last('FROM scratch\nENV abcd=1\nLABEL l=$abce m=$abce\n').undefinedNames, [{ name: 'abce', suggestion: 'abcd' }]);
  });
  it('a stage that a named context replaces is not known, and what begins with it has the config of the context', () => {
    const facts: StageFacts = { replacedBy: (stage) => (stage === 0 ? 'ctx' : undefined), baseConfig: (stage) => (stage === 0 ? { env: ['A=1'] } : undefined) };
    const { stages } = trace('FROM scratch AS a\nENV B=1\nFROM a\nLABEL l=$A$B\n', facts);
    assert.deepEqual([stages[0]?.replacedBy, stages[0]?.base.known, stages[1]?.base.known], ['ctx', false, true]);
    assert.deepEqual(valuesOf(stages[1]!.instructions[0]!), { kind: 'label', pairs: [['l', '1']] });
  });
});

describe('evaluateDockerfile: triggers', () => {
  const shown = ({ stages }: DockerfileTrace) => stages.at(-1)!.instructions.map(({ values, isTrigger, range }) => [values.kind, isTrigger, range.start.line]);

  it('of a stage of the file come first, at the FROM, and not into the stage after', () => {
    const text = 'FROM scratch AS a\nONBUILD ENV t=1\nFROM a AS b\nLABEL l=$t\n';
    assert.deepEqual(shown(trace(text)), [
      ['env', true, 3],
      ['label', false, 4],
    ]);
    assert.deepEqual(shown(trace(`${text}FROM b\nUSER u\n`)), [['user', false, 6]]);
  });
  it('of an image too; what is no instruction is left to the build', () =>
    assert.deepEqual(shown(trace('FROM alpine\n', { baseConfig: () => ({ onBuild: ['NONSENSE', 'USER u'] }) })), [['user', true, 1]]));
});

describe('evaluateDockerfile: FROM', () => {
  it('has its words, the names in them, and the image by default', () => {
    const [stage] = trace('ARG v=1\nFROM --platform=$BUILDPLATFORM a:$v$w\n', {}, { buildArgs: { v: '2' } }).stages;
    const { image, platform: flag, defaultImage, undefinedNames } = stage!.from;
    assert.deepEqual(image, { source: 'a:$v$w', text: 'a:2', matched: ['v'], unmatched: ['w'] });
    assert.deepEqual([flag?.text, flag?.matched, defaultImage, undefinedNames], ['linux/amd64', ['BUILDPLATFORM'], 'a:1', [{ name: 'w', suggestion: 'v' }]]);
  });
  it('a fault is a value', () => assert.equal(trace('FROM a${b^}\n').stages[0]?.from.image.fault?.code, 'BAD_EXPANSION'));
  it('so is one of a global ARG', () => assert.equal(trace('ARG a=${b^}\nFROM scratch\n').globalArgs[0]?.fault?.code, 'BAD_EXPANSION'));
});

describe('evaluateDockerfile: faults', () => {
  for (const [text, code] of [
    ['ENV p=abc\nEXPOSE $p', 'BAD_PORT'],
    ['STOPSIGNAL $unset', 'BAD_SIGNAL'],
    ['ENV m=9\nCOPY --chmod=$m a b', 'BAD_CHMOD'],
    ['ENV t=x\nRUN --mount=type=$t a', 'BAD_MOUNT'],
    ['USER ${unset:?no}', 'BAD_EXPANSION'],
  ] as const)
    it(text, () => {
      const dockerfile = parseDockerfile(`FROM scratch\n${text}\n`);
      assert.deepEqual(
        last(`FROM scratch\n${text}\n`).faults.map((fault) => fault.code),
        [code],
      );
      // before anything is known, none of them is one
      assert.deepEqual(evaluateInstruction(dockerfile.stages[0]!.instructions.at(-1)!, '\\').faults, []);
    });
});

it('a trace survives JSON', () => {
  const found = trace('ARG v=1\nFROM alpine:$v AS a\nONBUILD RUN <<x\ny\nx\nFROM a\nEXPOSE ${p:-x}\nHEALTHCHECK --interval=5s CMD x\n');
  assert.deepEqual(JSON.parse(JSON.stringify(found)), found);
});
