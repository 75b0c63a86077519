import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findProgram } from './program.ts';
import { runProcess, startProcess, processEnd } from './process.ts';
import { sealedProgram } from './memfd.ts';
import { startDirectly } from './direct-process.ts';
import { SysError } from './error.ts';

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

test('startDirectly gives output, exit code and signal, with signals as a shell has them', async () => {
  const text = async (stream: AsyncIterable<Buffer>): Promise<string> => Buffer.concat(await Array.fromAsync(stream)).toString();
  const child = startDirectly('/bin/sh', ['-c', 'echo out $A; echo err >&2; cat; grep -E "Sig(Ign|Blk)" /proc/self/status; exit 5'], {
    A: 'b',
    PATH: process.env['PATH'] ?? '',
  });
  const [out, err, exit] = await Promise.all([text(child.stdout), text(child.stderr), child.exit]);
  // The two signals above 31 are the C library's own.
  assert.equal(out.replace(/(?<=SigIgn:\t)0000000180000000/, '0'.repeat(16)), 'out b\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n');
  assert.equal(err, 'err\n');
  assert.deepEqual(exit, { exitCode: 5, signal: undefined });
  const killed = startDirectly('/bin/sh', ['-c', 'kill -15 $$'], {});
  killed.stdout.resume();
  killed.stderr.resume();
  assert.deepEqual(await killed.exit, { exitCode: undefined, signal: 'SIGTERM' });
  assert.throws(
    () => startDirectly('/nowhere/program', [], {}),
    (error) => error instanceof SysError && error.code === 'PROGRAM_MISSING',
  );
});
