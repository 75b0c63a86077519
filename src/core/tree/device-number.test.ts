import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { packDevice, unpackDevice } from './device-number.ts';

test('packDevice: the bits of makedev(3)', () => {
  assert.equal(packDevice(1, 3), 0x103n);
  assert.equal(packDevice(300, 70_000), (0n << 32n) | (300n << 8n) | ((70_000n & 0xffffff00n) << 12n) | (70_000n & 0xffn));
  assert.equal(packDevice(0xffffffff, 0xffffffff), 0xffffffffffffffffn);
});

test('unpackDevice: gives back what packDevice was given, from a number too', () => {
  const number = fc.integer({ min: 0, max: 0xffffffff });
  fc.assert(fc.property(number, number, (major, minor) => assert.deepEqual(unpackDevice(packDevice(major, minor)), { major, minor })));
  assert.deepEqual(unpackDevice(Number(packDevice(4095, 0xfffff))), { major: 4095, minor: 0xfffff });
});
