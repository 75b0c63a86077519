import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExecutorError } from './error.ts';
import { lookupUser } from './user.ts';

const passwd = 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n\nbad line\nother:x:2000:2000::/o:\n';
const group = 'root:x:0:\napp:x:1001:\nwheel:x:10:root,app\naudio:x:29:app\nnum:x:4444:\n';

const table: readonly [user: string, uid: number, gid: number, groups: readonly number[], home: string][] = [
  ['', 0, 0, [0], '/root'],
  ['root', 0, 0, [0, 10], '/root'],
  ['0', 0, 0, [0, 10], '/root'],
  ['0:0', 0, 0, [0], '/root'],
  ['app', 1000, 1001, [1001, 10, 29], '/home/app'],
  ['1000', 1000, 1001, [1001, 10, 29], '/home/app'],
  ['1000:50', 1000, 50, [50], '/home/app'],
  ['app:audio', 1000, 29, [29], '/home/app'],
  ['app:4444', 1000, 4444, [4444], '/home/app'],
  ['app:77', 1000, 77, [77], '/home/app'],
  ['5555', 5555, 0, [0], '/'],
  ['5555:wheel', 5555, 10, [10], '/'],
  ['other', 2000, 2000, [2000], '/o'],
];

for (const [user, uid, gid, groups, home] of table) {
  test(`lookupUser finds ${JSON.stringify(user)}`, () => {
    assert.deepEqual(lookupUser(user, passwd, group), { uid, gid, groups, home });
  });
}

test('lookupUser refuses names that the image does not know', () => {
  for (const user of ['nobody', 'app:nogroup', 'nobody:audio', '99999999999']) {
    assert.throws(
      () => lookupUser(user, passwd, group),
      (error) => error instanceof ExecutorError && error.code === 'EXEC_USER',
    );
  }
});

test('lookupUser needs no tables for numbers', () => {
  assert.deepEqual(lookupUser('7:8', '', ''), { uid: 7, gid: 8, groups: [8], home: '/' });
  assert.deepEqual(lookupUser('7', '', ''), { uid: 7, gid: 0, groups: [0], home: '/' });
});
