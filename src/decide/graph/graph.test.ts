import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJSON } from './canonical-json.ts';
import { makeVertex } from './vertex.ts';
import { reachable } from './reachable.ts';

test('canonicalJSON: key order and absent members make no difference', () => {
  assert.equal(canonicalJSON({ b: 1, a: [{ d: undefined, c: 'x' }] }), '{"a":[{"c":"x"}],"b":1}');
  assert.equal(canonicalJSON({ a: [{ c: 'x' }], b: 1 }), canonicalJSON({ b: 1, a: [{ c: 'x', d: undefined }] }));
});

test('makeVertex: the name is no part of the digest, the inputs are', () => {
  const scratch = makeVertex({ kind: 'scratch' }, [], { name: 'a' });
  assert.equal(scratch.digest, makeVertex({ kind: 'scratch' }, [], { name: 'b' }).digest);
  const on = makeVertex({ kind: 'mkdir', path: '/x', mode: 0o755 }, [scratch], { name: 'c' });
  assert.notEqual(on.digest, makeVertex({ kind: 'mkdir', path: '/x', mode: 0o755 }, [on], { name: 'c' }).digest);
});

test('reachable: inputs come before their users, each once, however deep', () => {
  const bottom = makeVertex({ kind: 'scratch' }, [], { name: 'bottom' });
  let top = bottom;
  for (let i = 0; i < 20_000; i += 1) top = makeVertex({ kind: 'mkdir', path: `/${i}`, mode: 0o755 }, [top], { name: String(i) });
  const diamond = makeVertex({ kind: 'merge' }, [top, bottom], { name: 'diamond' });
  const order = reachable([diamond, top]);
  assert.equal(order.length, 20_002);
  assert.equal(order[0], bottom);
  assert.equal(order.at(-1), diamond);
});
