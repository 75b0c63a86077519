import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExecutorError } from '../protocol/index.ts';
import { lookupUser } from './user.ts';

const passwd = 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n\nbad line\nother:x:2000:2000::/o:\n';
const group = 'root:x:0:\napp:x:1001:\nwheel:x:10:root,app\naudio:x:29:app\nnum:x:4444:\n';

const table: readonly [user: string, uid: number, gid: number, groups: readonly number[], home: string][] = [
  ['', 0, 0, [0, 10], '/root'],
  [':', 0, 0, [0, 10], '/root'],
  ['root:', 0, 0, [0, 10], '/root'],
  [':0', 0, 0, [0], '/root'],
  [':wheel', 0, 10, [10], '/root'],
  ['00', 0, 0, [0, 10], '/root'],
  ['+1000', 1000, 1001, [1001, 10, 29], '/home/app'],
  ['4294967294:0', 4294967294, 0, [0], '/'],
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
  for (const user of ['nobody', 'app:nogroup', 'nobody:audio', '99999999999', '2147483648', '-5', '4294967295:0', '#note']) {
    assert.throws(
      () => lookupUser(user, passwd, group),
      (error) => error instanceof ExecutorError && error.code === 'EXEC_USER',
    );
  }
});

test('lookupUser reads untidy tables as docker build does', () => {
  const users =
    'root:x:0:0:root:/root:/bin/sh\n  me:x:500:501:::/bin/sh  \nme2:x:500:502::/second:\nword:x:abc:1::/w:\nshort:x:601\n#h:x:700:700::/h:\n:x:504:504::/e:\n';
  const many = Array.from({ length: 20_000 }, (_, n) => `u${n}`).join(',');
  const groups = `dup:x:10:root\ndup:x:10:root\n\n#note:x:88:root\n:x:77:root\nodd:x:30: root , x\nword:x:abc:root\nminus:x:-5:root\nshort\n+p:x:+55:root:y\nlong:x:99:${many},root`;
  assert.deepEqual(lookupUser('', users, groups).groups, [0, 10, 77, 55, 99]);
  assert.deepEqual(lookupUser('me', users, groups), { uid: 500, gid: 501, groups: [501], home: '' });
  assert.deepEqual(lookupUser('me2', users, groups), { uid: 500, gid: 502, groups: [502], home: '' });
  assert.deepEqual(lookupUser('word', users, groups), { uid: 0, gid: 1, groups: [1], home: '/root' });
  assert.deepEqual(lookupUser('short', users, groups), { uid: 601, gid: 0, groups: [0], home: '' });
  assert.deepEqual(lookupUser('#h', users, groups), { uid: 700, gid: 700, groups: [700], home: '/h' });
  assert.deepEqual(lookupUser('504', users, groups), { uid: 504, gid: 504, groups: [504], home: '/e' });
  assert.deepEqual(lookupUser('0:word', users, groups).groups, [0]);
});

test('lookupUser needs no tables for numbers', () => {
  assert.deepEqual(lookupUser('7:8', '', ''), { uid: 7, gid: 8, groups: [8], home: '/' });
  assert.deepEqual(lookupUser('7', '', ''), { uid: 7, gid: 0, groups: [0], home: '/' });
});
