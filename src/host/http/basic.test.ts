import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basicHeaderOf } from './basic.ts';
import { proxyHeaders } from './tunnel.ts';

for (const [url, credentials] of [
  ['http://us%40er:p%2Fw@a', 'us@er:p/w'],
  ['http://user:50%@a', 'user:50%'],
  ['http://user:%zz%2F@a', 'user:%zz%2F'],
  ['http://user@a', 'user:'],
] as const) {
  test(`basicHeaderOf and proxyHeaders: ${url}`, () => {
    const header = `Basic ${Buffer.from(credentials).toString('base64')}`;
    assert.equal(basicHeaderOf(new URL(url)), header);
    assert.deepEqual(proxyHeaders(new URL(url)), { 'proxy-authorization': header });
  });
}

test('basicHeaderOf: a URL without a user has none', () => {
  assert.equal(basicHeaderOf(new URL('http://a')), undefined);
  assert.deepEqual(proxyHeaders(new URL('http://a')), {});
});
