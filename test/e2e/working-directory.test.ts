import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findTool } from '../../scripts/local/tool.ts';
import { runCommand } from '../harness/command.ts';
import { makeFixture } from '../harness/fixture.ts';
import { becomePerson, people } from '../harness/person.ts';

const missing = ['busybox', 'crun'].filter((tool) => findTool(tool) === undefined);
const tools = missing.length === 0 ? undefined : `${missing.join(', ')} missing: run scripts/setup`;

for (const name of people()) {
  // Only root can start a process of another user there.
  const skip = process.getuid?.() === 0 ? (tools ?? false) : 'needs root';
  test(`RUN as ${name} from a working directory that others may not enter`, { skip }, async (t) => {
    const person = becomePerson(name);
    t.after(() => person.close());
    const context = join(person.folder, 'context');
    makeFixture(context, { Dockerfile: 'FROM scratch\nCOPY --chmod=755 sh /bin/sh\nWORKDIR /w\nRUN echo "in $PWD" >&2\n' });
    copyFileSync(findTool('busybox')!, join(context, 'sh'));
    person.own(context);
    const parent = mkdtempSync(join(tmpdir(), 'ossb-away-'));
    t.after(() => rmSync(parent, { recursive: true, force: true }));
    const cwd = join(parent, 'cwd');
    mkdirSync(cwd);
    chmodSync(parent, 0o700);
    const build = [person.program, 'build', '--root', join(person.folder, 'store'), '--progress', 'plain', context];
    const { stderr, exitCode } = await runCommand(person.argv(build), { cwd, env: person.env });
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /in \/w$/m);
  });
}

test('a working directory that was removed: what needs none goes on, a relative context is reported', async (t) => {
  const person = becomePerson(people()[0]!);
  t.after(() => person.close());
  const script = 'mkdir "$1" && cd "$1" && rmdir "$1" && shift && exec "$@"';
  const run = (...args: string[]) =>
    runCommand(person.argv(['sh', '-c', script, 'sh', join(person.folder, 'gone'), person.program, ...args]), { env: person.env, timeoutMs: 60_000 });
  const version = await run('--version');
  assert.deepEqual([version.exitCode, /\d/.test(version.stdout)], [0, true], version.stderr);
  const build = await run('build', '--root', join(person.folder, 'store'), '.');
  assert.equal(build.exitCode, 2);
  assert.match(build.stderr, /there is no such folder/);
  assert.doesNotMatch(build.stderr, /fault of ossb/);
});
