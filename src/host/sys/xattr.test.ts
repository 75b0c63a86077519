import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { getXattr, listXattrs, removeXattr, setXattr } from './xattr.ts';
import { mknod } from './mknod.ts';
import { SysError } from './error.ts';

const dir = mkdtempSync(join(tmpdir(), 'ossb-sys-'));
test.after(() => {
  rmSync(dir, { recursive: true });
});

test('setXattr, listXattrs, getXattr and removeXattr work on one file', () => {
  const file = join(dir, 'a ü');
  writeFileSync(file, '');
  assert.deepEqual(listXattrs(file), []);
  const value = Buffer.from([0, 1, 255]);
  setXattr(file, 'user.one', value);
  setXattr(file, 'user.long', Buffer.alloc(1000, 7));
  assert.deepEqual(listXattrs(file).sort(), ['user.long', 'user.one']);
  assert.deepEqual(getXattr(file, 'user.one'), value);
  assert.equal(getXattr(file, 'user.long')?.length, 1000);
  removeXattr(file, 'user.long');
  removeXattr(file, 'user.long');
  assert.deepEqual(listXattrs(Buffer.from(file)), ['user.one']);
});

test('xattr calls take names that are not UTF-8, and never follow a link', () => {
  const odd = Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([0xff, 0x41])]);
  writeFileSync(odd, '');
  setXattr(odd, 'user.x', Buffer.from('1'));
  assert.deepEqual(listXattrs(odd), ['user.x']);
  const link = join(dir, 'link');
  symlinkSync('nowhere', link);
  assert.deepEqual(listXattrs(link), []);
});

test('getXattr of a missing file says ENOENT; a missing attribute is undefined', () => {
  assert.throws(
    () => getXattr(join(dir, 'none'), 'user.x'),
    (error) => error instanceof SysError && error.errno === 'ENOENT' && error.code === 'SYSCALL_FAILED',
  );
  assert.throws(() => listXattrs('a\0b'), SysError);
  writeFileSync(join(dir, 'empty'), '');
  assert.equal(getXattr(join(dir, 'empty'), 'user.none'), undefined);
});

test('mknod makes a fifo', () => {
  const fifo = join(dir, 'fifo');
  mknod(fifo, 0o010644);
  assert.ok(statSync(fifo).isFIFO());
});

test('mknod makes devices with large numbers as root', { skip: process.getuid?.() === 0 ? false : 'needs root' }, () => {
  const path = join(dir, 'dev');
  mknod(path, 0o020600, 300, 70_000);
  const { rdev } = statSync(path, { bigint: true });
  assert.equal(rdev, (0n << 32n) | (300n << 8n) | ((70_000n & 0xffffff00n) << 12n) | (70_000n & 0xffn));
});
