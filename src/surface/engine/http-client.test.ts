import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caFilesOf } from './http-client.ts';

test('caFilesOf: the files of both variables, for git too; empty ones count for nothing', () => {
  assert.deepEqual(caFilesOf({ SSL_CERT_FILE: '/a', NODE_EXTRA_CA_CERTS: '/b' }), ['/a', '/b']);
  assert.deepEqual(caFilesOf({ SSL_CERT_FILE: '', NODE_EXTRA_CA_CERTS: '/b' }), ['/b']);
  assert.deepEqual(caFilesOf({}), []);
});
