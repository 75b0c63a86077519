import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDevice } from './device.ts';
import { DockerfileError } from './error.ts';

const refuses = (work: () => unknown) => assert.throws(work, DockerfileError);

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
