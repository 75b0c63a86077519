import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { findTool } from '../../scripts/local/tool.ts';
import { runCommand } from '../harness/command.ts';
import { repositoryFolder } from '../harness/ossb.ts';

const busybox = findTool('busybox');
const skip = busybox === undefined ? 'busybox missing: run scripts/setup' : false;

test('on a machine with busybox alone, setup and both launchers say what they need', { skip }, async (t) => {
  const { run, put } = machine(t);
  const setup = await run(['/src/scripts/setup']);
  assert.equal(setup.exitCode, 1);
  assert.match(setup.stderr, /^ERROR: Cannot set up .* needs Debian or Ubuntu, and there is no apt-get .*\nHint: .*\n$/);
  const command = await run(['/src/bin/ossb', 'build', '.']);
  assert.equal(command.exitCode, 1);
  assert.match(command.stderr, /^ERROR: Cannot start ossb: it needs Node 24 or newer, and found none\nHint: This system has no glibc.*\n$/);
  // The Node of npm is there, and cannot start.
  put('src/node_modules/.bin/node', '#!/lib64/ld-linux-x86-64.so.2\n');
  assert.equal((await run(['/src/bin/ossb', 'build', '.'])).stderr, command.stderr);
  const published = await run(['/src/bin/launcher.cjs', 'build', '.']);
  assert.equal(published.exitCode, 1);
  assert.match(published.stderr, /^ERROR: Cannot start ossb: it needs Node 24 or later, and there is no node on PATH\n$/);
});

test('setup: an ordinary user without sudo is told what root is to run', { skip: process.getuid?.() === 0 ? skip : 'needs root' }, async (t) => {
  const { run, put } = machine(t);
  // What setup asks for before it looks for packages
  for (const name of ['apt-get', 'dpkg-deb']) put(`bin/${name}`, '#!/bin/sh\nexit 9\n');
  const { stderr, exitCode } = await run(['/src/scripts/setup'], ['--userspec=1000:1000']);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^ {2}crun: runs the RUN steps\n/);
  assert.match(
    stderr,
    /\nERROR: Cannot install the packages above: this user is not root, and there is no sudo\nHint: .*\n {2}apt-get update && apt-get install .*crun /,
  );
});

/** A root folder with busybox, the scripts and nothing else. */
function machine(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'ossb-machine-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const folder of ['bin', 'dev', 'src/scripts']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'dev/null'), '');
  copyFileSync(busybox!, join(root, 'bin/busybox'));
  for (const name of ['sh', 'dirname', 'readlink', 'id', 'uname', 'env', 'cat']) symlinkSync('busybox', join(root, 'bin', name));
  cpSync(join(repositoryFolder, 'bin'), join(root, 'src/bin'), { recursive: true });
  copyFileSync(join(repositoryFolder, 'scripts/setup'), join(root, 'src/scripts/setup'));
  chmodSync(root, 0o755);
  chmodSync(join(root, 'dev/null'), 0o666);
  const enter = process.getuid?.() === 0 ? [] : ['unshare', '--map-root-user'];
  return {
    run: (command: readonly string[], flags: readonly string[] = []) =>
      runCommand([...enter, 'chroot', ...flags, root, ...command], { env: { PATH: '/bin:/usr/sbin:/usr/bin:/sbin' } }),
    put: (path: string, text: string) => {
      const file = join(root, path);
      mkdirSync(join(file, '..'), { recursive: true });
      rmSync(file, { force: true });
      writeFileSync(file, text);
      chmodSync(file, 0o755);
      return file;
    },
  };
}
