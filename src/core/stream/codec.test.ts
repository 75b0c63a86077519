import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Compression } from '../oci/index.ts';
import { parallelGzip } from './parallel-gzip.ts';
import { zlibDeflate } from './zlib-codec.ts';
import { StreamError } from './error.ts';
import { zlibCodec } from './zlib-codec.ts';

const codec = zlibCodec();
const text = Buffer.from('a line of text that repeats itself, and then again\n'.repeat(50_000));
const samples = { empty: Buffer.alloc(0), short: Buffer.from('x'), text, random: randomBytes(3 << 20) };

async function compressAll(kind: Compression, input: Buffer, pieceBytes: number, level?: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const compressor = codec.compress(kind, level, (chunk) => void chunks.push(chunk));
  for (let at = 0; at < input.length; at += pieceBytes) await compressor.write(input.subarray(at, at + pieceBytes));
  await compressor.end();
  return Buffer.concat(chunks);
}

async function* pieces(input: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < input.length; at += pieceBytes) yield input.subarray(at, at + pieceBytes);
}

for (const kind of ['none', 'gzip', 'zstd'] as const) {
  test(`zlibCodec ${kind}: what was compressed comes back, whatever the size of the pieces`, async () => {
    for (const input of Object.values(samples)) {
      const packed = await compressAll(kind, input, 100_000);
      assert.deepEqual(await compressAll(kind, input, 1 << 20), packed);
      const back = Buffer.concat(await Array.fromAsync(codec.decompress(kind, pieces(packed, 70_000))));
      assert.ok(back.equals(input));
    }
  });
}

test('parallelGzip writes one gzip member that gzip accepts, the same for any concurrency', async () => {
  const outputs: Buffer[] = [];
  for (const concurrency of [1, 3]) {
    const chunks: Uint8Array[] = [];
    const compressor = parallelGzip({ deflate: zlibDeflate(6), blockBytes: 64 << 10, concurrency }, (chunk) => void chunks.push(chunk));
    await compressor.write(text);
    await compressor.end();
    outputs.push(Buffer.concat(chunks));
  }
  assert.deepEqual(outputs[0], outputs[1]);
  assert.ok(gunzipSync(outputs[0]!).equals(text));
  assert.ok(execFileSync('gzip', ['-dc'], { input: outputs[0]!, maxBuffer: 1 << 30 }).equals(text));
});

test('a failing sink fails the compressor with its own error', async () => {
  for (const kind of ['gzip', 'zstd', 'none'] as const) {
    const compressor = codec.compress(kind, undefined, async () => {
      throw new Error('disk');
    });
    const run = async () => {
      for (let i = 0; i < 20; i++) await compressor.write(samples.random);
      await compressor.end();
    };
    await assert.rejects(run, { message: 'disk' }, kind);
  }
});

test('decompress reads concatenated members and refuses what is cut or altered', async () => {
  const packed = gzipSync(text);
  const both = Buffer.concat([packed, gzipSync('more')]);
  assert.ok(Buffer.concat(await Array.fromAsync(codec.decompress('gzip', pieces(both, 1000)))).equals(Buffer.concat([text, Buffer.from('more')])));
  const altered = Buffer.from(packed);
  altered[altered.length - 6]! ^= 1;
  for (const bad of [packed.subarray(0, -1), packed.subarray(0, 40), altered, Buffer.from('no gzip at all')]) {
    await assert.rejects(
      Array.fromAsync(codec.decompress('gzip', pieces(bad, 1000))),
      (error) => error instanceof StreamError && error.code === 'STREAM_CORRUPT',
    );
  }
  const zstd = await compressAll('zstd', text, 1 << 20);
  for (const bad of [zstd.subarray(0, -1), Buffer.from('no zstd at all')]) {
    await assert.rejects(
      Array.fromAsync(codec.decompress('zstd', pieces(bad, 1000))),
      (error) => error instanceof StreamError && error.code === 'STREAM_CORRUPT',
    );
  }
});

test('decompress stops with the reason of its signal', async () => {
  const packed = await compressAll('gzip', samples.random, 1 << 20);
  const controller = new AbortController();
  await assert.rejects(
    async () => {
      for await (const _ of codec.decompress('gzip', pieces(packed, 1000), controller.signal)) controller.abort(new Error('stop'));
    },
    { message: 'stop' },
  );
});
