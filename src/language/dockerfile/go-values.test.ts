import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDevice } from './device.ts';
import { parseDuration } from './duration.ts';
import { DockerfileError } from './error.ts';
import { parseCsvFields, parseGoBool, parseRamBytes, parseUint32 } from './go-values.ts';

const refuses = (work: () => unknown) => assert.throws(work, DockerfileError);

describe('parseDuration', () => {
  for (const [text, nanoseconds] of [
    ['0', 0],
    ['-0', 0],
    ['30s', 30e9],
    ['1h2m3.5s', 3_723.5e9],
    ['1.5h', 5400e9],
    ['.5s', 5e8],
    ['1.s', 1e9],
    ['2us', 2000],
    ['2µs', 2000],
    ['1ns', 1],
    ['-1ms', -1e6],
    ['+1ms', 1e6],
  ] as const) {
    it(text, () => assert.equal(parseDuration(text) + 0, nanoseconds));
  }
  for (const text of ['', '5', 's', '1x', '1s ', '.s', '--1s', '1 s', '300000h300000h3000000h'])
    it(`refuses ${JSON.stringify(text)}`, () => refuses(() => parseDuration(text)));
});

describe('parseGoBool', () => {
  for (const [text, value] of [
    ['1', true],
    ['T', true],
    ['True', true],
    ['0', false],
    ['FALSE', false],
    ['yes', undefined],
    ['tRUE', undefined],
    ['', undefined],
  ] as const) {
    it(JSON.stringify(text), () => assert.equal(parseGoBool(text), value));
  }
});

describe('parseUint32', () => {
  it('reads octal', () => assert.equal(parseUint32('0755', 8), 0o755));
  it('refuses signs, other digits, and what is too large', () => {
    for (const text of ['+1', '-1', '', '1_0', '0x1', '4294967296', '9'.repeat(30)]) assert.equal(parseUint32(text, 10), undefined, text);
    assert.equal(parseUint32('8', 8), undefined);
  });
});

describe('parseCsvFields', () => {
  for (const [text, fields] of [
    ['a,b', ['a', 'b']],
    ['a', ['a']],
    ['', ['']],
    ['a,', ['a', '']],
    [',', ['', '']],
    ['"a,b",c', ['a,b', 'c']],
    ['"a""b"', ['a"b']],
    ['a"b', undefined],
    ['"a', undefined],
    ['"a"b', undefined],
  ] as const) {
    it(JSON.stringify(text), () => assert.deepEqual(parseCsvFields(text), fields));
  }
});

describe('parseRamBytes', () => {
  for (const [text, bytes] of [
    ['512', 512],
    ['1k', 1024],
    ['64m', 64 * 1024 ** 2],
    ['1.5GiB', 1.5 * 1024 ** 3],
    ['2 MB', 2 * 1024 ** 2],
    ['1b', 1],
    ['', undefined],
    ['m', undefined],
    ['-1', undefined],
    ['1x', undefined],
  ] as const) {
    it(JSON.stringify(text), () => assert.equal(parseRamBytes(text), bytes));
  }
});

describe('parseDevice', () => {
  for (const [text, device] of [
    ['vendor.com/gpu=all', { name: 'vendor.com/gpu=all', required: false }],
    ['gpu,required', { name: 'gpu', required: true }],
    ['name=gpu,required=false', { name: 'gpu', required: false }],
  ] as const) {
    it(text, () => assert.deepEqual(parseDevice(text), device));
  }
  for (const text of ['', 'a,b', 'a,name=b', 'a,requird=1', 'a,required=maybe']) it(`refuses ${JSON.stringify(text)}`, () => refuses(() => parseDevice(text)));
});
