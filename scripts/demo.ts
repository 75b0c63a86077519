import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBases } from './local/bases.ts';
import { freePort } from './local/free-port.ts';
import { startRegistry } from './local/registry.ts';
import { pullBundle, runBundle } from './local/run-image.ts';

const repository = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'ossb-demo-'));
const bases = await startBases(say);
const registry = await startRegistry({ folder: join(folder, 'registry') });
try {
  await demo();
} finally {
  await Promise.all([bases.close(), registry.close()]);
  rmSync(folder, { recursive: true, force: true });
}

async function demo(): Promise<void> {
  say(
    `Base images come from stand-ins made of Debian packages (registry ${bases.address}, as mirror of docker.io); without the mirror the true ones of Docker Hub serve.`,
  );
  const key = join(folder, 'api_key.pem');
  writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const image = `${registry.address}/payment-service:demo`;
  const flags = [
    '--registry-mirror',
    `docker.io=${bases.address}`,
    '--secret',
    `id=api_key,src=${key}`,
    '-t',
    image,
    '--push',
    '--metadata-file',
    join(folder, 'metadata.json'),
  ];
  const command = ['build', ...flags, ...process.argv.slice(2), 'examples/payment-service'];
  say(`\n$ bin/ossb ${command.join(' ')}`);
  const built = spawnSync(join(repository, 'bin/ossb'), command, { cwd: repository, stdio: 'inherit' });
  if (built.status !== 0) throw new Error(`the build ended with exit code ${built.status}`);
  const { 'containerimage.digest': digest } = JSON.parse(readFileSync(join(folder, 'metadata.json'), 'utf8')) as { 'containerimage.digest': string };
  say(`\nPulling ${image}@${digest.slice(0, 19)}... back with skopeo, unpacking it with umoci and running it with crun`);
  const bundle = pullBundle(`${registry.address}/payment-service@${digest}`, join(folder, 'pulled'));
  const port = await freePort();
  const running = runBundle(bundle, [`LISTEN=127.0.0.1:${port}`]);
  try {
    await ask(`http://127.0.0.1:${port}/healthz`, running.output);
    await ask(`http://127.0.0.1:${port}/payments`, running.output, '{"amount":1250,"currency":"EUR"}');
  } finally {
    await running.stop();
  }
  say(`\nDone: payment-service, built, pushed, pulled back and answering. Digest: ${digest}`);
}

/** Asks with curl, until the service listens. */
async function ask(url: string, output: () => string, body?: string): Promise<void> {
  const args = [
    '-sS',
    '--fail-with-body',
    '--retry',
    '40',
    '--retry-delay',
    '0',
    '--retry-connrefused',
    '--retry-max-time',
    '15',
    ...(body === undefined ? [] : ['-d', body]),
    url,
  ];
  const answer = spawnSync('curl', args, { encoding: 'utf8' });
  say(`$ curl ${body === undefined ? '' : `-d '${body}' `}${url}\n${answer.stdout.trim()}`);
  if (answer.status !== 0) throw new Error(`the service does not answer: ${answer.stderr}\n${output()}`);
}

function say(line: string): void {
  console.log(line);
}
