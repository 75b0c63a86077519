import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findTool } from '../../scripts/local/tool.ts';
import { runCommand } from '../harness/command.ts';
import { makeFixture } from '../harness/fixture.ts';
import { ossb, ossbProgram } from '../harness/ossb.ts';

const missing = process.getuid?.() !== 0 ? 'root alone can mount' : findTool('crun') === undefined ? 'crun missing: run scripts/setup' : undefined;

/** Makes / read-only in a mount namespace of its own, with one folder in memory, and a context in it. */
const prepare = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$FOLDER"
mount -o remount,bind,ro /
! touch /writable 2>"$FOLDER/touch" || exit 99
mkdir "$FOLDER/context"
cp "$BUSYBOX" "$FOLDER/context/busybox"
printf 'FROM scratch\\nCOPY busybox /bin/busybox\\nRUN ["/bin/busybox", "touch", "/made"]\\n' >"$FOLDER/context/Dockerfile"
cd "$FOLDER"
`;

test('a machine whose root is read-only builds in a store elsewhere, and else says what to do', { skip: missing ?? false }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-read-only-'));
  try {
    const run = (command: string) => {
      const env = { ...process.env, FOLDER: folder, OSSB: ossbProgram, BUSYBOX: findTool('busybox'), TMPDIR: folder, OSSB_ROOT: '' };
      return runCommand(['unshare', '-m', 'sh', '-c', prepare + command], { env });
    };
    const built = await run('"$OSSB" build --root store -o out --progress plain --network host context && test -e out/made');
    assert.equal(built.exitCode, 0, built.stderr);
    const refused = await run('exec "$OSSB" build --root /no-such-store --progress plain context');
    assert.match(refused.stderr, /^ERROR: Cannot [^\n]*\/no-such-store[^\n]*(read-only|EROFS)[^\n]*\nHint: [^\n]*--root/m);
    makeFixture(`${folder}-made`, { Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' });
    const made = await ossb(['build', '--root', `${folder}-made/store`, `${folder}-made`]);
    assert.equal(made.exitCode, 0, made.stderr);
    const closed = await run('exec "$OSSB" build --root "$FOLDER-made/store" --progress plain context');
    assert.match(closed.stderr, /^ERROR: Cannot [^\n]*-made\/store[^\n]*\nHint: [^\n]*--root/m);
    for (const { exitCode, stderr } of [refused, closed]) {
      assert.equal(exitCode, 1, stderr);
      assert.doesNotMatch(stderr, /\n {4}at |fault of ossb/);
    }
  } finally {
    for (const path of [folder, `${folder}-made`]) rmSync(path, { recursive: true, force: true });
  }
});
