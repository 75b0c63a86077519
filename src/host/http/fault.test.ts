import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { certificatesFor } from './certificates.ts';
import { connectionFault } from './fault.ts';

test('connectionFault: an error of the file system is no fault of a connection', () => {
  const error = (code: string, syscall?: string): Error => Object.assign(new Error(code), { code, syscall });
  assert.equal(connectionFault(error('EACCES', 'open')), undefined);
  assert.equal(connectionFault(error('ENOENT', 'open')), undefined);
  assert.equal(connectionFault(error('EMADE')), undefined);
  assert.equal(connectionFault(error('EACCES', 'connect'))?.kind, 'network');
  assert.equal(connectionFault(error('EADDRNOTAVAIL', 'connect'))?.kind, 'network');
  assert.equal(connectionFault(error('ECONNRESET'))?.kind, 'network');
});

test('certificatesFor: every file of a host that cannot be read is named', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'ossb-certificates-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [host, unreadable] of [
    ['authority.example', 'a.crt'],
    ['certificate.example', 'client.cert'],
    ['key.example', 'client.key'],
  ] as const) {
    mkdirSync(join(root, host));
    for (const name of ['client.cert', 'client.key']) if (name !== unreadable) writeFileSync(join(root, host, name), '');
    // Root reads whatever its mode, but no folder.
    mkdirSync(join(root, host, unreadable));
    assert.throws(() => certificatesFor(host, { folders: [root], caFiles: [] }, false), {
      code: 'CERTIFICATE_UNREADABLE',
      message: new RegExp(`/${host}/${unreadable}`),
    });
  }
});
