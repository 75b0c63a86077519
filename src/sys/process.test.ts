import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findProgram, runProcess, sealedProgram, startProcess, processEnd, SysError } from './index.ts';

test('runProcess gives exit code, signal and output, and feeds the input', async () => {
  let out = '';
  const onStdout = (chunk: Buffer): void => {
    out += chunk.toString();
  };
  assert.deepEqual(await runProcess('sh', ['-c', 'cat; exit 3'], { stdin: 'in', onStdout }), { exitCode: 3, signal: undefined });
  assert.equal(out, 'in');
  assert.deepEqual(await runProcess('sh', ['-c', 'kill -9 $$']), { exitCode: undefined, signal: 'SIGKILL' });
});

test('runProcess says which program is missing', async () => {
  await assert.rejects(
    runProcess('/nowhere/program', []),
    (error) => error instanceof SysError && error.code === 'PROGRAM_MISSING' && error.errno === 'ENOENT',
  );
});

test('runProcess, aborted, ends the program and rejects with the reason', async () => {
  const abort = new AbortController();
  const ending = runProcess('sh', ['-c', 'echo up; sleep 3 & wait'], { signal: abort.signal, onStdout: () => abort.abort(new Error('enough')) });
  await assert.rejects(ending, { message: 'enough' });
  await assert.rejects(runProcess('true', [], { signal: abort.signal }), { message: 'enough' });
});

test('runProcess, aborted, kills what ignores SIGTERM after the grace', async () => {
  const abort = new AbortController();
  const ending = runProcess('sh', ['-c', 'trap "" TERM; echo up; while :; do sleep 0.01; done'], {
    signal: abort.signal,
    graceMs: 20,
    onStdout: () => abort.abort(new Error('enough')),
  });
  await assert.rejects(ending, { message: 'enough' });
});

test('sealedProgram runs from memory and cannot be written', async () => {
  const path = sealedProgram(findProgram('true', process.env['PATH'])!);
  assert.deepEqual(await processEnd(await startProcess(path, [], {})), { exitCode: 0, signal: undefined });
  const fd = Number(path.split('/').at(-1));
  assert.ok(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').length > 0);
  assert.throws(() => process.getBuiltinModule('node:fs').writeSync(fd, 'x'), { code: 'EPERM' });
});

test('findProgram looks in PATH first, and in the usual folders', () => {
  assert.match(findProgram('sh', '')!, /\/sh$/);
  assert.equal(findProgram('no-such-program-anywhere', process.env['PATH']), undefined);
});
