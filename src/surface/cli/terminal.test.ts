/* oxlint-disable no-control-regex -- control characters are what is tested */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const environment = { ...process.env, CI: '', NO_COLOR: '', TERM: 'xterm-256color', BUILDKIT_PROGRESS: '' };
const demo = join(import.meta.dirname, 'testing/demo.ts');
const noScript = spawnSync('script', ['--version']).status !== 0 || !existsSync('/dev/ptmx') ? 'script(1) is not here to make a terminal' : false;

/** Runs the demonstration on a pseudo-terminal of 20 rows and 70 columns and gives what it wrote. */
function onTerminal(command: string): { output: string; status: number | null } {
  const { stdout, status } = spawnSync('script', ['-qec', `stty rows 20 cols 70; ${command}`, '/dev/null'], {
    encoding: 'utf8',
    env: environment,
    timeout: 60_000,
  });
  return { output: stdout, status };
}

test('terminal: frames fit, logs are harmless, the cursor comes back, and the failure follows', { skip: noScript }, () => {
  const { output, status } = onTerminal(`${process.execPath} ${demo} failed`);
  assert.equal(status, 1);
  assert.match(output, /\u001b\[\?25l/);
  assert.ok(output.lastIndexOf('\u001b[?25h') > output.lastIndexOf('\u001b[?25l'));
  assert.match(output, /\[\+\] Building 0\.\ds \(\d\/4\)/);
  assert.match(output, /=> => # two/);
  assert.doesNotMatch(output, /owned|\u001b\[2J/);
  for (const line of output.split(/[\r\n]+/)) {
    const shown = line.replaceAll(/\u001b\[[?\d;]*[A-Za-z]/g, '');
    if (shown.includes('=>')) assert.ok(shown.length < 70, shown);
  }
  assert.match(output, /ERROR:\u001b\[0m Cannot run/);
});

test('terminal: Ctrl-C stops the build with exit code 130 and gives the cursor back', { skip: noScript }, async () => {
  const script = spawn('script', ['-qec', `stty rows 20 cols 70; exec ${process.execPath} ${demo} stuck`, '/dev/null'], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  let stopped = false;
  script.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (!stopped && output.includes('[+] Building')) stopped = script.stdin.write('\u0003');
  });
  const [status] = (await once(script, 'close')) as [number | null];
  assert.equal(status, 130);
  assert.match(output, /CANCELED[\s\S]*Stopped\./);
  assert.ok(output.lastIndexOf('\u001b[?25h') > output.lastIndexOf('\u001b[?25l'));
});

test('terminal: with NO_COLOR there are no colors', { skip: noScript }, () => {
  const { output } = onTerminal(`NO_COLOR=1 ${process.execPath} ${demo} failed`);
  assert.doesNotMatch(output.replaceAll(/\u001b\[31mred\u001b\[0m hostile\u001b\[0m/g, ''), /\u001b\[\d+m/);
});

test('main: prints the version without loading more', () => {
  const { stdout, status } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), '--version'], { encoding: 'utf8' });
  assert.equal(status, 0);
  assert.match(stdout, /^ossb \d+\.\d+\.\d+\n$/);
});

test('main: an error that nobody awaits is shown in a few short lines', () => {
  const thrower = `data:text/javascript,setTimeout(() => { throw new TypeError('nobody') }, 0) /* ${'x'.repeat(5000)} */`;
  const { status, stderr } = spawnSync(process.execPath, ['--import', thrower, join(import.meta.dirname, 'main.ts'), 'build', '-'], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /^ERROR: Cannot go on: this is a fault of ossb itself: TypeError: nobody\n/m);
});

test('main: a reader that goes away is no failure', () => {
  const { status } = spawnSync('bash', ['-c', `set -o pipefail; ${process.execPath} ${join(import.meta.dirname, 'main.ts')} build --help | head -1`], {
    encoding: 'utf8',
  });
  assert.equal(status, 0);
});

test('main: a result that cannot be written is a failure', { skip: existsSync('/dev/full') ? false : 'there is no /dev/full' }, () => {
  const { status, stderr } = spawnSync('bash', ['-c', `${process.execPath} ${join(import.meta.dirname, 'main.ts')} --version >/dev/full`], {
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /Cannot write to standard output: ENOSPC/);
});
