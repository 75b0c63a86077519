import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DiffID } from '../../core/oci/index.ts';
import { BaseSteps } from './base-steps.ts';
import type { BuildEvent } from './events.ts';

const [low, high, foreign] = ['sha256:1', 'sha256:2', 'sha256:3'] as unknown as DiffID[];

function board(): { steps: BaseSteps; said: string[]; pass: (ms: number) => void } {
  const said: string[] = [];
  let nowMs = 0;
  const emit = (event: BuildEvent): void =>
    void said.push(`${event.kind} ${'vertex' in event ? event.vertex : ''} ${event.kind === 'progress' ? event.current : ''}`.trim());
  const steps = new BaseSteps(emit, () => nowMs);
  steps.add('from', [low!, high!]);
  steps.add('other', [low!]);
  return { steps, said, pass: (ms) => void (nowMs += ms) };
}

test('BaseSteps: a base starts again with its first layer and ends with its last', async () => {
  const { steps, said } = board();
  const gate = Promise.withResolvers<void>();
  const first = steps.during([low!], () => gate.promise);
  await steps.during([high!, foreign!], async () => {});
  assert.deepEqual(said, ['started from']);
  gate.resolve();
  await first;
  assert.deepEqual(said.splice(0), ['started from', 'done from']);
  await assert.rejects(
    steps.during([high!], () => Promise.reject(new Error('no'))),
    { message: 'no' },
  );
  assert.deepEqual(said.splice(0), ['started from', 'canceled from']);
  await steps.during([foreign!], async () => {});
  assert.deepEqual(said, []);
});

test('BaseSteps: progress comes under the FROM, ten times a second and at the end', () => {
  const { steps, said, pass } = board();
  const report = steps.reporter(low!, undefined);
  for (let current = 0; current <= 1000; current++) {
    report({ id: 'x', action: 'downloading', current, total: 1000 });
    pass(1);
  }
  assert.equal(said.length, 11);
  assert.equal(said.at(-1), 'progress from 1000');
  const others: unknown[] = [];
  steps.reporter(foreign!, (event) => others.push(event))({ id: 'x', action: 'downloading', current: 1 });
  assert.deepEqual(others, [{ kind: 'progress', id: 'x', action: 'downloading', current: 1 }]);
});
