import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyText, faultsOf, list, mapOf, object, optional, sizeBytes, text } from './schema.ts';

const schema = object({ name: text, size: sizeBytes, tags: optional(list(text)), labels: optional(mapOf(anyText)), inner: optional(object({ a: text })) });

test('faultsOf: every fault with its place, in the order of the members', () => {
  const value: unknown = JSON.parse('{"size":-1,"tags":["a",null,[]],"labels":{"a":1,"__proto__":2,"constructor":3},"inner":{"a":"\\u0000"},"more":{}}');
  assert.deepEqual(faultsOf(schema, value), [
    'name is missing',
    'size is no size',
    'tags[1] is null and no text',
    'tags[2] is a list and no text',
    'labels["a"] is 1 and no text',
    'labels["__proto__"] is 2 and no text',
    'labels["constructor"] is 3 and no text',
    'inner.a has a NUL character',
  ]);
});

test('faultsOf: null is absent where a member is optional, and no object elsewhere', () => {
  assert.deepEqual(faultsOf(schema, { name: 'a', size: 1, tags: null, labels: null, inner: null }), []);
  assert.deepEqual(faultsOf(schema, null), ['it is null and no object']);
  assert.deepEqual(faultsOf(schema, []), ['it is a list and no object']);
});

test('faultsOf: a member is not taken from the prototype, and depth beyond the schema costs nothing', () => {
  assert.deepEqual(faultsOf(object({ a: text }), JSON.parse('{"__proto__":{"a":"x"}}')), ['a is missing']);
  const deep: unknown = JSON.parse(`{"a":"x","b":${'['.repeat(5000)}${']'.repeat(5000)}}`);
  assert.deepEqual(faultsOf(object({ a: text }), deep), []);
});
