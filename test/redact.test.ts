import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactURLs } from '../src/core/redact.ts';

for (const [text, expected] of [
  ['https://host/path', 'https://host/path'],
  ['https://user@host/path', 'https://host/path'],
  ['https://user:pw@host/path', 'https://host/path'],
  ['https://:pw@host', 'https://host'],
  ['HTTPS://user:pw@HOST', 'HTTPS://HOST'],
  ['https://user:p@ss@host/path', 'https://host/path'],
  ['https://us@er:p@ss@host:8080/path', 'https://host:8080/path'],
  ['https://user:p%40ss@host', 'https://host'],
  ['https://user:p/s?s#x@host/path', 'https://host/path'],
  ['https://user:p:w@host', 'https://host'],
  ['https://user:123@host/path', 'https://host/path'],
  ['https://user:12/3@host/path', 'https://user:12/3@host/path'],
  ['ssh://git@host/path', 'ssh://git@host/path'],
  ['ssh://u:pw@host', 'ssh://u@host'],
  ['ssh://u:p@w@host/path', 'ssh://u@host/path'],
  ['git://:pw@host', 'git://host'],
  ['ftp://u:pw@host/x', 'ftp://u@host/x'],
  ['git@github.com:owner/repo.git', 'git@github.com:owner/repo.git'],
  ['https://host/path/name@example.com', 'https://host/path/name@example.com'],
  ['https://host:8080/path/@scope/a@1', 'https://host:8080/path/@scope/a@1'],
  ['https://host/?q=a@b', 'https://host/?q=a@b'],
  ['mail a@b about https://host', 'mail a@b about https://host'],
  ["fatal: unable to access 'https://u:pw@host/r.git/': x, https://v:q@other/", "fatal: unable to access 'https://host/r.git/': x, https://other/"],
  ['ADD "https://u:pw@host/a" /b', 'ADD "https://host/a" /b'],
  ['http://u:pw@proxy:3128', 'http://proxy:3128'],
  ['docker.io/library/a@sha256:0123', 'docker.io/library/a@sha256:0123'],
  ['//u:pw@host/x', '//host/x'],
  ['a\nhttps://u:pw@host\nb@c', 'a\nhttps://host\nb@c'],
] as const) {
  test(`redactURLs(${JSON.stringify(text)})`, () => assert.equal(redactURLs(text), expected));
}

test('redactURLs: a long text takes no long time', () => {
  const texts = [
    `${'https://a:'.repeat(20_000)}@${'@'.repeat(20_000)}`,
    `https://${'a'.repeat(200_000)} @`,
    `${'a'.repeat(200_000)}//@`,
    `${'x://'.repeat(250_000)}@`,
    `${'=//'.repeat(330_000)}@`,
    `//${'@x://'.repeat(50_000)}@`,
  ];
  const before = process.threadCpuUsage();
  for (const text of texts) redactURLs(text);
  const { user, system } = process.threadCpuUsage(before);
  assert.ok(user + system < 4_000_000, `it took ${(user + system) / 1000} ms of processor time`);
});
