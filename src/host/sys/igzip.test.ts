import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { StreamError, zlibCodec, type Codec } from '../../core/stream/index.ts';
import { igzipCodec } from './igzip.ts';

const fallback = zlibCodec();
const codec = igzipCodec(fallback, { compressor: 'program' });
const withLibrary = igzipCodec(fallback, { compressor: 'library' });
const skip = codec === fallback ? 'igzip is not installed (package isal)' : false;
const text = Buffer.from('a line of text that repeats itself, and then again\n'.repeat(100_000));
const dir = mkdtempSync(join(tmpdir(), 'ossb-igzip-'));
test.after(() => {
  rmSync(dir, { recursive: true });
});

async function compressAll(input: Buffer, level?: number, by: Codec = codec): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const compressor = by.compress('gzip', level, (chunk) => void chunks.push(chunk));
  for (let at = 0; at < input.length; at += 100_000) await compressor.write(input.subarray(at, at + 100_000));
  await compressor.end();
  return Buffer.concat(chunks);
}

async function* pieces(input: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < input.length; at += 10_000) yield input.subarray(at, at + 10_000);
}

/** Chunks are only lent. */
function copied(chunks: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  return Array.fromAsync(chunks, (chunk) => Buffer.from(chunk));
}

test('igzipCodec without igzip is the fallback', () => {
  assert.equal(igzipCodec(fallback, { program: undefined }), fallback);
});

test('igzipCodec compresses what zlib reads, without name and time, and reads it back', { skip }, async () => {
  for (const input of [Buffer.alloc(0), Buffer.from('x'), text, randomBytes(1 << 20)]) {
    for (const level of [undefined, 1, 3, 9]) {
      const packed = await compressAll(input, level);
      assert.ok(gunzipSync(packed).equals(input));
      assert.deepEqual([...packed.subarray(0, 8)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
      assert.deepEqual(await compressAll(input, level), packed);
      const file = join(dir, 'packed');
      writeFileSync(file, packed);
      for (const source of [pieces(packed), { path: file }]) assert.ok(Buffer.concat(await copied(codec.decompress('gzip', source))).equals(input));
    }
  }
});

test('igzipCodec with the library: one gzip member that every program reads, the same each time, of any content and level', { skip }, async () => {
  const runs = Buffer.concat(Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? Buffer.alloc(50_000, i) : randomBytes(60_000))));
  const block = 512 << 10;
  const around = [block - 1, block, block + 1, 2 * block].map((size) => randomBytes(size));
  for (const [level, inputs] of [
    [1, [text, runs, Buffer.alloc(2 << 20), ...around]],
    [2, [runs]],
    [3, [runs, around[1]!]],
  ] as const) {
    for (const input of inputs) {
      const packed = await compressAll(input, level, withLibrary);
      assert.ok(gunzipSync(packed).equals(input));
      assert.ok(execFileSync('gzip', ['-dc'], { input: packed, maxBuffer: 1 << 30 }).equals(input));
      assert.deepEqual([...packed.subarray(0, 8)], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
      assert.deepEqual(await compressAll(input, level, withLibrary), packed);
      assert.ok(packed.length <= input.length + (input.length >> 8) + 4096);
    }
  }
});

test('igzipCodec with the library: many compressions at once do not meet', { skip }, async () => {
  const inputs = Array.from({ length: 4 }, (_, i) => Buffer.concat([randomBytes(700_000), Buffer.alloc(600_000, i)]));
  const packed = await Promise.all(inputs.map((input) => compressAll(input, 1, withLibrary)));
  for (const [i, input] of inputs.entries()) assert.ok(gunzipSync(packed[i]!).equals(input));
});

test('igzipCodec with the library: the error of a sink comes out, and what is given up gives nothing more', { skip }, async () => {
  const late = withLibrary.compress('gzip', undefined, () => Promise.reject(new Error('full')));
  await assert.rejects(
    async () => {
      for (let i = 0; i < 5; i++) await late.write(randomBytes(1 << 20));
      await late.end();
    },
    { message: 'full' },
  );
  const chunks: Uint8Array[] = [];
  const given = withLibrary.compress('gzip', undefined, (chunk) => void chunks.push(chunk));
  await given.write(randomBytes(4 << 20));
  given.abort();
  const { length } = chunks;
  await new Promise(setImmediate);
  assert.equal(chunks.length, length);
});

test('igzipCodec reads several members and refuses what is cut, altered or no gzip', { skip }, async () => {
  const packed = gzipSync(text);
  const both = Buffer.concat([packed, gzipSync('more')]);
  assert.equal(Buffer.concat(await copied(codec.decompress('gzip', pieces(both)))).length, text.length + 4);
  const altered = Buffer.from(packed);
  altered[altered.length - 6]! ^= 1;
  for (const bad of [packed.subarray(0, -1), packed.subarray(0, 5), altered, Buffer.from('no gzip at all')]) {
    const file = join(dir, 'bad');
    writeFileSync(file, bad);
    for (const source of [pieces(bad), { path: file }]) {
      await assert.rejects(copied(codec.decompress('gzip', source)), (error) => error instanceof StreamError && error.code === 'STREAM_CORRUPT');
    }
  }
});

test('igzipCodec: several writes at once, and a sink that holds them back', { skip }, async () => {
  const input = randomBytes(6 << 20);
  const chunks: Uint8Array[] = [];
  const compressor = codec.compress('gzip', undefined, async (chunk) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    chunks.push(chunk);
  });
  const pieces = Array.from({ length: 24 }, (_, i) => compressor.write(input.subarray(i << 18, (i + 1) << 18)));
  await Promise.all(pieces.map(async (piece) => piece));
  await compressor.end();
  assert.ok(gunzipSync(Buffer.concat(chunks)).equals(input));
});

test('igzipCodec: a sink that refuses later, a given up compression and a program that ends early are errors of what waits', { skip }, async () => {
  const piece = randomBytes(4 << 20);
  const late = codec.compress('gzip', undefined, () => Promise.reject(new Error('full')));
  await assert.rejects(
    async () => {
      for (let i = 0; i < 5; i++) await late.write(piece);
      await late.end();
    },
    { message: 'full' },
  );
  const given = codec.compress('gzip', undefined, () => {});
  const waiting = [given.write(piece), given.write(piece)];
  given.abort();
  for (const write of waiting) await assert.rejects(async () => write, /given up/);
  for (const [name, script] of [['quiet', 'exit 0'] as const, ['failing', 'echo no >&2; exit 3'] as const]) {
    const program = join(dir, name);
    writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const ended = igzipCodec(fallback, { program, compressor: 'program' }).compress('gzip', undefined, () => {});
    await assert.rejects(
      async () => {
        for (let i = 0; i < 5; i++) await ended.write(piece);
        await ended.end();
      },
      { code: 'PROGRAM_FAILED' },
    );
  }
});

test('a file is decompressed while it grows', async () => {
  const plain = randomBytes(3 << 20);
  for (const [name, one] of [['zlib', fallback] as const, ['igzip', codec] as const]) {
    for (const [kind, packed] of [['gzip', gzipSync(plain)] as const, ['zstd', zstdCompressSync(plain)] as const, ['none', plain] as const]) {
      const path = join(dir, `growing-${name}-${kind}`);
      writeFileSync(path, '');
      let written = 0;
      const timer = setInterval(() => {
        appendFileSync(path, packed.subarray(written, (written += 300_000)));
        if (written >= packed.length) clearInterval(timer);
      }, 5);
      const found = await copied(one.decompress(kind, { path, growsTo: packed.length }));
      assert.ok(Buffer.concat(found).equals(plain), `${name} ${kind}`);
    }
  }
});

test('a file that is to grow: what is altered is refused, an abort ends the wait', async () => {
  const packed = gzipSync(randomBytes(1 << 20));
  const path = join(dir, 'growing-bad');
  for (const one of [fallback, codec]) {
    writeFileSync(path, Buffer.from(packed).fill(0, 5000, 6000));
    await assert.rejects(copied(one.decompress('gzip', { path, growsTo: packed.length })), { code: 'STREAM_CORRUPT' });
    writeFileSync(path, packed.subarray(0, 300_000));
    const stop = AbortSignal.timeout(100);
    await assert.rejects(copied(one.decompress('gzip', { path, growsTo: packed.length }, stop)), { name: 'TimeoutError' });
    await assert.rejects(copied(one.decompress('gzip', { path, growsTo: packed.length }, AbortSignal.abort(new Error('before')))), { message: 'before' });
  }
});

test('igzipCodec: errors of sink and source come out as they are, and aborting ends the process', { skip }, async () => {
  const random = randomBytes(1 << 20);
  const compressor = codec.compress('gzip', undefined, () => {
    throw new Error('disk');
  });
  await assert.rejects(
    async () => {
      for (let i = 0; i < 50; i++) await compressor.write(random);
      await compressor.end();
    },
    { message: 'disk' },
  );
  const failing = async function* (): AsyncGenerator<Uint8Array> {
    yield gzipSync(text).subarray(0, 1000);
    throw new Error('net');
  };
  await assert.rejects(Array.fromAsync(codec.decompress('gzip', failing())), { message: 'net' });
  const controller = new AbortController();
  const packed = gzipSync(randomBytes(8 << 20));
  await assert.rejects(
    async () => {
      for await (const _ of codec.decompress('gzip', pieces(packed), controller.signal)) controller.abort(new Error('stop'));
    },
    { message: 'stop' },
  );
  for await (const _ of codec.decompress('gzip', pieces(packed))) break;
  const file = join(dir, 'left');
  writeFileSync(file, packed);
  for await (const _ of codec.decompress('gzip', { path: file })) break;
  await assert.rejects(
    async () => {
      for await (const _ of codec.decompress('gzip', { path: file }, AbortSignal.abort(new Error('before')))) assert.fail();
    },
    { message: 'before' },
  );
  const children = execFileSync('ps', ['--ppid', String(process.pid), '-o', 'comm=']).toString();
  assert.ok(!children.includes('igzip') || children.includes('defunct'), children);
});
