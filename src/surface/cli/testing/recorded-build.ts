import type { BuildEvent } from '../../progress/index.ts';
import { BuildError } from '../../../core/errors.ts';

export class StepFailed extends BuildError<'STEP_FAILED'> {}

export const dockerfileText = ['FROM scratch AS Base', 'COPY busybox /bin/busybox', 'FROM base', 'RUN echo one && \\', '  cat /nonexist', ''].join('\n');

/** The events of a build that starts at `startMs`: two steps at once, a transfer, a warning, a cached step, and at last a step that fails or is done. */
export function recordedBuild(startMs: number, end: 'done' | 'failed'): BuildEvent[] {
  const at = (offsetMs: number): number => startMs + offsetMs;
  const text = (line: string): Uint8Array => Buffer.from(line, 'utf8');
  const location = { file: 'Dockerfile', startLine: 4, endLine: 5, text: dockerfileText };
  const run = 'sha256:'.padEnd(71, 'd');
  return [
    { kind: 'step', vertex: 'step:load', name: '[internal] load build definition from Dockerfile', inputs: [] },
    { kind: 'started', vertex: 'step:load', timeMs: at(0) },
    { kind: 'progress', vertex: 'step:load', id: 'dockerfile', action: 'transferring', current: 278, total: 278, timeMs: at(3) },
    {
      kind: 'warning',
      rule: 'StageNameCasing',
      description: 'Stage names should be lowercase',
      message: "Stage name 'Base' should be lowercase",
      url: 'https://docs.docker.com/go/dockerfile/rule/stage-name-casing/',
      location: { ...location, startLine: 1, endLine: 1 },
    },
    { kind: 'done', vertex: 'step:load', timeMs: at(10) },
    { kind: 'step', vertex: 'copy', name: '[base 1/1] COPY busybox /bin/busybox', inputs: [] },
    { kind: 'step', vertex: 'pull', name: '[deps 1/2] FROM alpine:3.19', inputs: [] },
    { kind: 'step', vertex: run, name: '[stage-1 1/1] RUN echo one &&   cat /nonexist', inputs: ['copy'], location },
    { kind: 'cached', vertex: 'copy', timeMs: at(20) },
    { kind: 'started', vertex: 'pull', timeMs: at(30) },
    { kind: 'progress', vertex: 'pull', id: `sha256:${'a'.repeat(64)}`, action: 'downloading', current: 1_000_000, total: 3_400_000, timeMs: at(100) },
    { kind: 'started', vertex: run, timeMs: at(120) },
    { kind: 'log', vertex: run, stream: 'stdout', data: text('one\ntw'), timeMs: at(200) },
    { kind: 'log', vertex: run, stream: 'stdout', data: text('o\n10%\r50%\r100%\n'), timeMs: at(300) },
    { kind: 'log', vertex: run, stream: 'stderr', data: text('\u001b]0;owned\u0007\u001b[31mred\u001b[0m\u001b[2J hostile\n'), timeMs: at(350) },
    { kind: 'progress', vertex: 'pull', id: `sha256:${'a'.repeat(64)}`, action: 'downloading', current: 3_400_000, total: 3_400_000, timeMs: at(400) },
    { kind: 'done', vertex: 'pull', timeMs: at(420) },
    { kind: 'log', vertex: run, stream: 'stderr', data: text('no newline at the end'), timeMs: at(450) },
    end === 'done' ? { kind: 'done', vertex: run, timeMs: at(500) } : { kind: 'failed', vertex: run, timeMs: at(500), error: stepFailure() },
  ];
}

export function stepFailure(): StepFailed {
  return new StepFailed('STEP_FAILED', 'Cannot run "echo one &&   cat /nonexist": exit code 1', {
    family: 'execution',
    hint: 'The lines above are the last output of the step.',
    location: { file: 'Dockerfile', startLine: 4, endLine: 5, text: dockerfileText },
  });
}
