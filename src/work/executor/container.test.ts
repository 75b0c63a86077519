import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runContainer } from './container.ts';
import type { StepExit } from '../protocol/index.ts';

/** What comes of a runtime that does this. `$LOG` is its log. */
async function run(t: TestContext, script: string): Promise<{ exit: StepExit; stderr: string }> {
  const bundle = mkdtempSync(join(tmpdir(), 'ossb-container-'));
  t.after(() => rmSync(bundle, { recursive: true, force: true }));
  let stderr = '';
  const exit = await runContainer({
    runtime: { name: 'crun', path: '/bin/sh', program: '/bin/sh', args: ['-c', `LOG=$2; ${script}`, 'sh'], filter: undefined },
    bundle,
    id: 'step',
    onOutput: (stream, data) => {
      if (stream === 'stderr') stderr += Buffer.from(data).toString();
    },
    signal: new AbortController().signal,
    graceMs: 1000,
  });
  return { exit, stderr };
}

const line = (text: string): string => `echo '{"msg":"exec container process ${text}"}'`;

test('runContainer: a runtime that cannot execute the command says so in its log or on standard error', async (t) => {
  assert.deepEqual((await run(t, `${line('`/x`: No such file or directory')} >&2; exit 1`)).exit, { exitCode: 127 });
  const foreign = await run(t, `${line('`/x`: Exec format error')} >&2; exit 1`);
  assert.deepEqual(foreign.exit, { exitCode: 126, isForeignFormat: true });
  assert.equal(foreign.stderr, 'exec container process `/x`: Exec format error\n');
  assert.deepEqual((await run(t, `${line('`/x`: Exec format error')} >$LOG; exit 1`)).exit, { exitCode: 126, isForeignFormat: true });
  assert.deepEqual((await run(t, `echo '{"msg":"open executable: Permission denied"}' >$LOG; exit 1`)).exit, { exitCode: 126 });
});

test('runContainer: what a step prints does not pass for a fault of the runtime', async (t) => {
  for (const script of [line('secret'), `echo before; ${line('`/x`: Exec format error')}`, `echo before >&2; sleep 0.1; ${line('`/x`: Exec format error')}`]) {
    const { exit, stderr } = await run(t, `${script.replace(/(echo before);/, '$1; sleep 0.1;')} >&2; exit 3`);
    assert.deepEqual(exit, { exitCode: 3 }, script);
    assert.match(stderr, /\{"msg":/);
  }
});
