import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback } from './loopback.ts';

for (const [host, expected] of [
  ['localhost', true],
  ['localhost:5000', true],
  ['127.0.0.1:80', true],
  ['127.1.2.3', true],
  ['[::1]:5000', true],
  ['reg.localhost:1', true],
  ['localhost.example.com', false],
  ['127.0.0.1.example.com', false],
  ['10.0.0.1', false],
] as const) {
  test(`isLoopback(${host}) is ${expected}`, () => assert.equal(isLoopback(host), expected));
}
