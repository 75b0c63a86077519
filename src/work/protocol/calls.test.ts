import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Callee, Caller, type CallContext, type Method } from './calls.ts';

/** Whatever a test has. */
type Methods = Readonly<Record<string, Method<readonly unknown[], unknown, unknown>>>;
type Implementation = Readonly<Record<string, (args: readonly unknown[], context: CallContext<unknown>) => Promise<unknown>>>;

/** A caller and a callee with nothing between them. */
function connect(methods: Implementation): Caller<Methods> {
  const callee: Callee<Methods> = new Callee<Methods>(methods, (message) => caller.receive(message));
  const caller: Caller<Methods> = new Caller<Methods>((message) => callee.receive(message));
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
  assert.equal(await caller.call('add', [1, 2], { onEvent: (event) => void events.push(event) }), 3);
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
  const call = caller.call('wait', [], { signal: abort.signal });
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

test('events are held up while the caller does not take them, and go on when it does or the call is aborted', async () => {
  for (const end of ['take', 'abort'] as const) {
    const gate = Promise.withResolvers<void>();
    const abort = new AbortController();
    let sent = 0;
    let pauses = 0;
    const caller = connect({
      print: async (_, { emit, signal }) => {
        while (sent < 1000 && !signal.aborted) {
          sent += 1;
          const pause = emit(sent);
          if (pause) {
            pauses += 1;
            await pause;
          }
        }
        signal.throwIfAborted();
      },
    });
    const taken: unknown[] = [];
    const call = caller.call('print', [], {
      signal: abort.signal,
      onEvent: async (event) => {
        await gate.promise;
        taken.push(event);
      },
    });
    await new Promise(setImmediate);
    assert.equal(pauses, 1);
    assert.ok(sent < 100, `${sent} events were sent to a caller that took none`);
    if (end === 'take') {
      gate.resolve();
      await call;
      assert.equal(sent, 1000);
      await new Promise(setImmediate);
      assert.deepEqual(
        taken,
        Array.from({ length: 1000 }, (_, i) => i + 1),
      );
    } else {
      abort.abort(new Error('enough'));
      await assert.rejects(call, { message: 'enough' });
      assert.ok(sent < 100);
    }
  }
});

test('a call whose onEvent throws is cancelled, and rejects with what was thrown once the other side has ended it', async () => {
  let isEnded = false;
  const caller = connect({
    print: async (_, { emit, signal }) => {
      while (!signal.aborted) {
        await emit('x');
        await new Promise(setImmediate);
      }
      isEnded = true;
    },
  });
  const events: unknown[] = [];
  const call = caller.call('print', [], {
    onEvent: (event) => {
      events.push(event);
      throw new Error('no more');
    },
  });
  await assert.rejects(call, { message: 'no more' });
  assert.ok(isEnded);
  assert.deepEqual(events, ['x']);
});
