import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Callee, Caller, type Methods } from './calls.ts';

/** A caller and a callee with nothing between them. */
function connect(methods: Methods): Caller {
  const callee: Callee = new Callee(methods, (message) => caller.receive(message));
  const caller: Caller = new Caller((message) => callee.receive(message));
  return caller;
}

test('call gives the result and the events before it', async () => {
  const caller = connect({
    add: async ([a, b], { emit }) => {
      await emit('adding');
      return (a as number) + (b as number);
    },
  });
  const events: unknown[] = [];
  assert.equal(await caller.call('add', [1, 2], undefined, (event) => events.push(event)), 3);
  assert.deepEqual(events, ['adding']);
  assert.equal(caller.size, 0);
});

test('an aborted call waits for its end on the other side and rejects with the reason', async () => {
  let ended = false;
  const caller = connect({
    wait: (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended = true;
          reject(new Error('inner'));
        });
      }),
  });
  const abort = new AbortController();
  const call = caller.call('wait', [], abort.signal);
  abort.abort(new Error('outer'));
  await assert.rejects(call, { message: 'outer' });
  assert.ok(ended);
});

test('fail rejects what waits, and an unknown method is an error', async () => {
  const caller = connect({ never: () => new Promise(() => {}) });
  const call = caller.call('never', []);
  caller.fail(new Error('gone'));
  await assert.rejects(call, { message: 'gone' });
  await assert.rejects(caller.call('none', []), /no method none/);
});
