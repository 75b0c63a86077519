import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { findTool } from '../../scripts/local/tool.ts';
import { makeFixture, type Fixture } from '../harness/fixture.ts';
import { ossb } from '../harness/ossb.ts';

const missing = ['busybox', 'crun'].filter((tool) => findTool(tool) === undefined);
const skip = missing.length === 0 ? false : `${missing.join(', ')} missing: run scripts/setup`;
/** EM_SPARCV9: no kernel that Node runs on executes these, and nobody registers an emulator for them by chance. */
const foreignMachine = 43;

test('RUN: the programs of another platform are an error that says so, and what to do', { skip }, async (t) => {
  const { run, folder } = desk(t, { Dockerfile: 'FROM scratch\nCOPY --chmod=755 sh /bin/sh\nRUN echo hi\n' });
  const program = readFileSync(findTool('busybox')!);
  program.writeUInt16LE(foreignMachine, 18);
  writeFileSync(join(folder, 'context/sh'), program);
  const foreign = await run(['--platform', 'linux/riscv64', 'context']);
  assert.equal(foreign.exitCode, 1);
  assert.match(foreign.stderr, /^ERROR: Cannot finish RUN: this host is linux\/\w+ and cannot execute programs of linux\/riscv64\nHint: .*qemu-user-static/m);
  assert.doesNotMatch(foreign.stderr, /\{"msg"/);
  const own = await run(['context']);
  assert.equal(own.exitCode, 1);
  assert.match(own.stderr, /exit code: 126\nHint: .*its architecture/);
  assert.doesNotMatch(own.stderr, /\{"msg"/);
});

test('RUN: a script whose interpreter is missing ends with 127', { skip }, async (t) => {
  const { run } = desk(t, { Dockerfile: 'FROM scratch\nCOPY --chmod=755 script /\nRUN ["/script"]\n', script: '#!/nowhere/sh\n' });
  const { stderr, exitCode } = await run(['context']);
  assert.equal(exitCode, 1);
  assert.match(stderr, /exit code: 127\nHint: /);
  assert.doesNotMatch(stderr, /\{"msg"/);
});

test('COPY: where only a Dockerfile came on standard input, there is no context, and the error says so', async (t) => {
  const { run } = desk(t, {});
  const { stderr, exitCode } = await run(['-'], 'FROM scratch\nCOPY app /\n');
  assert.equal(exitCode, 1);
  assert.match(stderr, /^ERROR: Cannot copy "\/app": there is no build context, .*\nHint: .*-f - FOLDER/m);
  const empty = await run(['-o', 'out', '-'], 'FROM scratch\nCOPY . /\n');
  assert.equal(empty.exitCode, 0, empty.stderr);
});

function desk(t: TestContext, context: Fixture) {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-cannot-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  makeFixture(join(folder, 'context'), context);
  const run = (args: readonly string[], input?: string) =>
    ossb(['build', '--root', join(folder, 'store'), '--progress', 'plain', ...args], { cwd: folder, ...(input === undefined ? {} : { input }) });
  return { folder, run };
}
