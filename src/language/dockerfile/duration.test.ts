import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDuration } from './duration.ts';
import { DockerfileError } from './error.ts';

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
