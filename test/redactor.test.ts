import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redactor, redactURLs } from '../src/core/redact.ts';

const text = "Cloning into 'x'...\nfatal: unable to access 'https://user:pass@host/x/': 404\r\n100% ssh://git:pass@host https://token@host/y";

test('Redactor: however a text is cut, it is shown as in one piece', () => {
  for (let size = 1; size <= text.length; size++) {
    let shown = '';
    const redactor = new Redactor((part) => (shown += part));
    for (let at = 0; at < text.length; at += size) redactor.push(text.slice(at, at + size));
    redactor.end();
    assert.equal(shown, redactURLs(text));
    assert.doesNotMatch(shown, /pass|token/);
  }
});

test('Redactor: a word without end is dropped, and nothing of its password is shown', () => {
  let shown = '';
  const redactor = new Redactor((part) => (shown += part));
  for (const piece of ['before https://user:', 'p'.repeat(70_000), 'pp', 'pp@host/ after ', 'https://u:pp@h']) redactor.push(piece);
  redactor.end();
  assert.equal(shown, 'before  after https://h');
});
