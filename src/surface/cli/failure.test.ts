import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildError, BuildErrors } from '../../core/errors.ts';
import { exitCodeOf } from './exit-code.ts';
import { failureJSON } from './failure-json.ts';
import { writeFailedSteps, writeFailure, writeWarnings } from './failure.ts';
import { StepBoard } from './progress/step-board.ts';
import { sourceExcerpt } from './source-excerpt.ts';
import { FakeSink } from './testing/fake-sink.ts';
import { recordedBuild, stepFailure } from './testing/recorded-build.ts';
import { usageError } from './usage-error.ts';

class SomeError extends BuildError<'SOME'> {}
const some = (message: string, options: { hint?: string; retryable?: boolean; cause?: unknown } = {}): SomeError =>
  new SomeError('SOME', message, { family: 'network', ...options });

test('writeFailure: source, message and hint', () => {
  const sink = new FakeSink();
  writeFailure(sink, stepFailure());
  assert.equal(
    sink.text,
    [
      'Dockerfile:4',
      '--------------------',
      '   3 |     FROM base',
      '   4 | >>> RUN echo one && \\',
      '   5 | >>>   cat /nonexist',
      '   6 |',
      '--------------------',
      'ERROR: Cannot run "echo one &&   cat /nonexist": exit code 1',
      'Hint: The lines above are the last output of the step.',
      '',
    ].join('\n'),
  );
});

test('writeFailure: several faults, each with its own hint', () => {
  const sink = new FakeSink();
  writeFailure(sink, new BuildErrors([some('one', { hint: 'h1' }), some('two')]));
  assert.equal(sink.text, 'ERROR: one\nHint: h1\nERROR: two\n');
});

test('writeFailure: causes only with debug, and what is no BuildError with its stack', () => {
  const sink = new FakeSink();
  const error = some('outer', { cause: new Error('inner') });
  writeFailure(sink, error);
  assert.doesNotMatch(sink.take(), /inner/);
  writeFailure(sink, error, { debug: true });
  assert.match(sink.take(), /Code: SOME \(network\)[\s\S]*Caused by: Error: inner/);
  writeFailure(sink, new TypeError('x is undefined'));
  assert.match(sink.take(), /fault of ossb itself: TypeError: x is undefined\n\s+at /);
});

test('writeFailure: names from a hostile registry or Dockerfile do not reach the terminal', () => {
  const sink = new FakeSink();
  writeFailure(sink, some('Cannot pull \u001b]0;x\u0007evil\u001b[2J', { hint: '\u009b1Jtry' }));
  assert.equal(sink.text, 'ERROR: Cannot pull evil\nHint: try\n');
});

test('writeFailedSteps: the last lines, and how many came before', () => {
  const board = new StepBoard();
  for (const event of recordedBuild(0, 'failed')) board.apply(event);
  const sink = new FakeSink();
  writeFailedSteps(sink, board, 2);
  assert.equal(
    sink.text,
    '------\n > [stage-1 1/1] RUN echo one &&   cat /nonexist:\n[3 earlier lines are not shown]\n0.230 \u001b[31mred\u001b[0m hostile\u001b[0m\n0.330 no newline at the end\n------\n',
  );
});

test('writeWarnings: short and in full', () => {
  const board = new StepBoard();
  for (const event of [...recordedBuild(0, 'done'), ...recordedBuild(0, 'done')]) board.apply(event);
  const sink = new FakeSink();
  writeWarnings(sink, board.warnings);
  assert.equal(sink.take(), "\n 1 warning found (use --debug to expand):\n - StageNameCasing: Stage name 'Base' should be lowercase (line 1)\n");
  writeWarnings(sink, board.warnings, { expand: true });
  assert.match(sink.take(), /More info: https:[\s\S]*>>> FROM scratch AS Base/);
  writeWarnings(sink, []);
  assert.equal(sink.take(), '');
});

const nine = Array.from({ length: 9 }, (_, i) => `L${i + 1}`).join('\n');
const excerpts: readonly (readonly [start: number, end: number, shown: string])[] = [
  [1, 1, '1! 2 3'],
  [6, 6, '4 5 6! 7 8'],
  [7, 9, '6 7! 8! 9!'],
  [9, 9, '7 8 9!'],
  [3, 5, '2 3! 4! 5! 6'],
  [2, 99, '1 2! 3! 4! 5! 6! 7! 8! 9!'],
];
for (const [startLine, endLine, shown] of excerpts) {
  test(`sourceExcerpt: lines ${startLine} to ${endLine} of 9`, () => {
    const lines = sourceExcerpt({ file: 'F', startLine, endLine, text: nine }).trimEnd().split('\n').slice(2, -1);
    assert.equal(lines.map((line) => `${Number(line.slice(0, 4))}${line.includes('>>>') ? '!' : ''}`).join(' '), shown);
  });
}

test('sourceExcerpt: no text, a line that is not there, CRLF and hostile text', () => {
  assert.equal(sourceExcerpt({ file: 'F', startLine: 3, endLine: 3 }), 'F:3\n');
  assert.equal(sourceExcerpt({ file: 'F', startLine: 3, endLine: 3, text: 'one' }), 'F:3\n');
  assert.match(sourceExcerpt({ file: 'F', startLine: 1, endLine: 1, text: 'RUN \u001b[2Jx\r\n' }), /\| >>> RUN x\n/);
  assert.ok(sourceExcerpt({ file: 'F', startLine: 1, endLine: 1, text: 'x'.repeat(60_000) }).length < 500);
});

test('exitCodeOf: usage, retryable, everything else', () => {
  assert.equal(exitCodeOf(usageError('ARGUMENTS', 'x')), 2);
  assert.equal(exitCodeOf(some('x', { retryable: true })), 75);
  assert.equal(exitCodeOf(some('x')), 1);
  assert.equal(exitCodeOf(new BuildErrors([some('x', { retryable: true }), some('y')])), 1);
  assert.equal(exitCodeOf(new BuildErrors([usageError('ARGUMENTS', 'x'), usageError('ARGUMENTS', 'y')])), 2);
  assert.equal(exitCodeOf(new Error('x')), 1);
});

test('failureJSON: the members of an error, and all of several', () => {
  assert.deepEqual(failureJSON(some('m', { hint: 'h', retryable: true }), 75), {
    code: 'SOME',
    family: 'network',
    message: 'm',
    hint: 'h',
    retryable: true,
    exitCode: 75,
  });
  const several = failureJSON(new BuildErrors([some('a'), some('b')]), 1);
  assert.equal(Array.isArray(several['errors']) && several['errors'].length, 2);
  assert.equal(failureJSON(new Error('x'), 1)['code'], 'INTERNAL');
});
