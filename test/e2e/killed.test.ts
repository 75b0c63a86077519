import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeFixture } from '../harness/fixture.ts';
import { readImage, registryBlobs } from '../harness/oci-image.ts';
import { people } from '../harness/person.ts';
import { openScene, toolsMissing } from './scene.ts';
import type { Scene } from './scene.ts';

const kills = 20;

for (const name of people()) {
  describe(`builds that are stopped, as ${name}`, { skip: toolsMissing() ?? false }, () => {
    let scene: Scene;
    let context: string;
    before(async () => {
      scene = await openScene(name);
      context = join(scene.person.folder, 'context');
      makeFixture(context, {
        Dockerfile: `FROM busybox AS one
ARG STAMP PAUSE=0.4321
COPY . /in
RUN echo $STAMP >/stamp && dd if=/dev/urandom of=/random bs=1M count=6 2>/dev/null && sleep $PAUSE
FROM alpine:3.19 AS two
ARG STAMP PAUSE=0.4321
RUN --mount=type=cache,target=/cache echo $STAMP >>/cache/log && sleep $PAUSE && cp /cache/log /log
FROM busybox
COPY --from=one /random /stamp /
COPY --from=two /log /
RUN cat /stamp /log >/all
`,
        ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`files/${i}`, { size: 20_000 }])),
      });
      scene.person.own(context);
    });
    after(() => scene.close());

    const flags = (stamp: string) => ['--build-arg', `STAMP=${stamp}`, '-t', `${scene.registry.address}/killed:1`, '--push', context];
    const start = (stamp: string, ...more: readonly string[]) => {
      const common = ['build', '--root', scene.store, '--registry-mirror', `docker.io=${scene.bases.address}`, '--network', 'host', '--progress', 'plain'];
      const [program, ...args] = scene.person.argv([scene.person.program, ...common, ...more, ...flags(stamp)]);
      const child = spawn(program!, args, { env: scene.person.env, stdio: ['ignore', 'ignore', 'pipe'] });
      return { child, exited: new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code))) };
    };

    test(`kill -9 at ${kills} moments leaves nothing that the next build does not clean`, async () => {
      const whole = await scene.build(flags('whole'));
      assert.equal(whole.exitCode, 0, whole.stderr);
      const random = seeded(20_24);
      for (let i = 0; i < kills; i++) {
        const moment = 20 + random() * whole.timeMs;
        const { child, exited } = start(`killed-${i}`);
        const timer = setTimeout(() => child.kill('SIGKILL'), moment);
        await exited;
        clearTimeout(timer);
      }
      const next = await scene.build(flags('next'));
      assert.equal(next.exitCode, 0, next.stderr);
      const { resolve, blob } = registryBlobs(scene.registry.address, 'killed');
      await readImage(await resolve('1'), blob);
      assert.deepEqual(await leftovers(scene.store), []);
    });

    test('Ctrl-C stops the step, ends with 130 and leaves nothing', async () => {
      const { child, exited } = start('interrupted', '--build-arg', 'PAUSE=300.4321');
      let output = '';
      await new Promise<void>((resolve) => {
        child.stderr.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          if (/RUN echo interrupted/.test(output)) resolve();
        });
        void exited.then(() => resolve());
      });
      child.kill('SIGINT');
      assert.equal(await exited, 130, output);
      assert.deepEqual(await leftovers(scene.store), []);
      const next = await scene.build(flags('after-interrupt'));
      assert.equal(next.exitCode, 0, next.stderr);
    });

    test('Ctrl-C ends a step that floods its output', async () => {
      const flood = join(scene.person.folder, 'flood');
      makeFixture(flood, { Dockerfile: 'FROM busybox\nRUN yes 0.4321 & yes 0.4321 >&2\n' });
      scene.person.own(flood);
      for (const progress of ['plain', 'rawjson']) {
        const flags = ['build', '--root', scene.store, '--registry-mirror', `docker.io=${scene.bases.address}`, '--network', 'host', '--progress', progress];
        const [program, ...args] = scene.person.argv([scene.person.program, ...flags, flood]);
        // the limits of what is shown are lifted, so that the flood reaches the terminal too
        const env = { ...scene.person.env, BUILDKIT_STEP_LOG_MAX_SIZE: '-1', BUILDKIT_STEP_LOG_MAX_SPEED: '-1' };
        const child = spawn(program!, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
        const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
        let seenBytes = 0;
        await new Promise<void>((resolve) => {
          child.stderr.on('data', (chunk: Buffer) => {
            seenBytes += chunk.length;
            if (seenBytes > 5_000_000) resolve();
          });
          void exited.then(() => resolve());
        });
        child.kill('SIGINT');
        assert.equal(await exited, 130, progress);
        assert.deepEqual(await leftovers(scene.store), []);
      }
    });
  });
}

/** Processes and mounts that still know the store, and temporary files; asked until there are none or five seconds are over, since the kernel ends processes in its own time. */
async function leftovers(store: string): Promise<readonly string[]> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const found = [...processesOf(store), ...temporaryFiles(store)];
    if (found.length === 0 || Date.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function processesOf(store: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      const [command, mounts] = ['cmdline', 'mountinfo'].map((file) => readOrNothing(`/proc/${pid}/${file}`));
      if (command!.includes(store)) return [`process ${pid}: ${command!.replaceAll('\0', ' ')}`];
      if (command!.includes('0.4321')) return [`step ${pid}: ${command!.replaceAll('\0', ' ')}`];
      return mounts!.includes(store) ? [`mounts of process ${pid}: ${command!.replaceAll('\0', ' ')}`] : [];
    });
}

function temporaryFiles(store: string): string[] {
  const folder = join(store, 'tmp');
  return existsSync(folder) ? readdirSync(folder).map((file) => `temporary file ${file}`) : [];
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
