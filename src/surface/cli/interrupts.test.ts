import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { catchInterrupts } from './interrupts.ts';

test('catchInterrupts: the first signal aborts, the second ends the process', () => {
  const exits: unknown[] = [];
  const host = Object.assign(new EventEmitter(), { exit: (code: unknown) => exits.push(code) }) as unknown as NodeJS.Process;
  let told = 0;
  const interrupts = catchInterrupts(() => told++, host);
  assert.equal(interrupts.exitCode, undefined);
  host.emit('SIGINT', 'SIGINT');
  assert.deepEqual([told, interrupts.exitCode, interrupts.signal.aborted, exits], [1, 130, true, []]);
  host.emit('SIGTERM', 'SIGTERM');
  assert.deepEqual(exits, [143]);
  interrupts[Symbol.dispose]();
  assert.equal(host.listenerCount('SIGINT') + host.listenerCount('SIGTERM') + host.listenerCount('SIGHUP'), 0);
});
