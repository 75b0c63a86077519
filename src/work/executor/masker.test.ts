import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Masker } from './masker.ts';

/** The output of a masker that is fed the text in pieces of every size. */
function masked(secrets: readonly string[], text: string, piece: number): string {
  const masker = new Masker(secrets.map((secret) => Buffer.from(secret)));
  const bytes = Buffer.from(text);
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += piece) out.push(masker.push(bytes.subarray(at, at + piece)));
  out.push(masker.end());
  return Buffer.concat(out).toString();
}

for (const piece of [1, 2, 3, 7, 1000]) {
  test(`Masker: hides values cut into pieces of ${piece}`, () => {
    assert.equal(masked(['hunter2secret'], 'key=hunter2secret, again hunter2secrethunter2secret hunter2', piece), 'key=***, again ****** hunter2');
  });
  test(`Masker: hides the value without its last newline, and long lines of it, pieces of ${piece}`, () => {
    const pem = '-----BEGIN KEY-----\nMIIabcdefghijklmnop\nQRSTUVWXYZ0123456789\n-----END KEY-----\n';
    assert.equal(masked([pem], 'x MIIabcdefghijklmnop y', piece), 'x *** y');
    assert.equal(masked(['token123\n'], 'a token123 b', piece), 'a *** b');
  });
}

test('Masker: without secrets the bytes are the same object', () => {
  const data = Buffer.from('x');
  assert.equal(new Masker([]).push(data), data);
});
