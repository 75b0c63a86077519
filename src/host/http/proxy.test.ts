import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxyFor } from './proxy.ts';

const proxy = 'http://proxy.example:3128';

for (const [noProxy, url, isDirect] of [
  ['', 'http://a.example', false],
  ['*', 'http://a.example', true],
  ['a.example', 'http://a.example', true],
  ['A.Example', 'http://a.EXAMPLE', true],
  ['a.example', 'http://sub.a.example', true],
  ['a.example', 'http://nota.example', false],
  ['.a.example', 'http://sub.a.example', true],
  ['.a.example', 'http://a.example', false],
  ['*.a.example', 'http://sub.a.example', true],
  ['*.a.example', 'http://a.example', false],
  ['b.example, a.example ,', 'https://a.example', true],
  ['a.example:8080', 'http://a.example:8080', true],
  ['a.example:8080', 'http://a.example', false],
  ['a.example:443', 'https://a.example', true],
  ['a.example:80', 'http://a.example', true],
  ['10.0.0.0/8', 'http://10.1.2.3', true],
  ['10.0.0.0/8', 'http://11.1.2.3', false],
  ['10.0.0.0/99', 'http://10.1.2.3', false],
  ['10.0.0.0/8', 'http://10.example', false],
  ['10.1.2.3', 'http://10.1.2.3:81', true],
  ['10.1.2.3:80', 'http://10.1.2.3:81', false],
  ['2001:db8::/32', 'http://[2001:db8::1]', true],
  ['2001:DB8:0::1', 'http://[2001:db8::1]', true],
  ['[2001:db8::1]:80', 'http://[2001:db8::1]', true],
  ['[2001:db8::1]:81', 'http://[2001:db8::1]', false],
  [':80', 'http://a.example', false],
  ['', 'http://localhost:5000', true],
  ['', 'https://127.0.0.1:5000', true],
  ['', 'http://[::1]', true],
] as const) {
  test(`proxyFor: NO_PROXY=${noProxy} and ${url}`, () => {
    const env = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: noProxy };
    assert.equal(proxyFor(new URL(url), env)?.href, isDirect ? undefined : `${proxy}/`);
  });
}

test('proxyFor: each scheme has its variable, upper case wins, and an empty one counts for nothing', () => {
  const at = (url: string, env: Record<string, string>): string | undefined => proxyFor(new URL(url), env)?.href;
  assert.equal(at('http://a', { HTTPS_PROXY: 'http://s' }), undefined);
  assert.equal(at('https://a', { HTTPS_PROXY: 'http://s', HTTP_PROXY: 'http://h' }), 'http://s/');
  assert.equal(at('http://a', { http_proxy: 'http://l', HTTP_PROXY: 'http://u' }), 'http://u/');
  assert.equal(at('http://a', { http_proxy: 'l:1', HTTP_PROXY: '' }), 'http://l:1/');
  assert.equal(at('http://a', { http_proxy: 'user:p@l:1' }), 'http://user:p@l:1/');
  assert.equal(at('http://a', { HTTP_PROXY: 'http://u', no_proxy: 'a' }), undefined);
});

test('proxyFor: what is no proxy is an error without its password', () => {
  for (const value of ['socks5://u:secret@h:1', 'http://', 'http://u:secret@h:99999999']) {
    assert.throws(
      () => proxyFor(new URL('http://a'), { HTTP_PROXY: value }),
      (error: Error & { code?: string }) => error.code === 'PROXY_INVALID' && !error.message.includes('secret'),
    );
  }
});
