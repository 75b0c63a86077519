import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeFixture } from '../harness/fixture.ts';
import { people } from '../harness/person.ts';
import { openScene, toolsMissing } from './scene.ts';
import type { Scene } from './scene.ts';

for (const name of people()) {
  describe(`RUN --device as ${name}`, { skip: toolsMissing() ?? false }, () => {
    let scene: Scene;
    let context: string;
    let env: NodeJS.ProcessEnv;
    before(async () => {
      scene = await openScene(name);
      context = join(scene.person.folder, 'context');
      const cdi = join(scene.person.folder, 'cdi');
      makeFixture(scene.person.folder, {
        'cdi/vendor.yaml': `cdiVersion: "0.6.0"
kind: vendor.com/accelerator
devices:
  - name: one
    containerEdits:
      env: [ACCELERATOR=one]
      deviceNodes: [{ path: /dev/accelerator, hostPath: /dev/zero }]
      mounts: [{ hostPath: ${cdi}, containerPath: /opt/driver, options: [ro, bind] }]
  - name: open
    annotations: { org.mobyproject.buildkit.device.autoallow: "true" }
    containerEdits: { env: [OPEN=yes] }
`,
        'config/ossb/config.json': JSON.stringify({ cdiFolders: [cdi] }),
      });
      env = { XDG_CONFIG_HOME: join(scene.person.folder, 'config') };
    });
    after(() => scene.close());

    const build = (run: string, ...args: string[]): ReturnType<Scene['build']> => {
      makeFixture(context, { Dockerfile: `FROM alpine:3.19\n${run}\nRUN ls -A /opt /dev/accelerator >/after 2>&1; true\n` });
      return scene.build([...args, context], { env });
    };

    test('a step has the device that it asks for, the next has not, and the image neither', async () => {
      const run = 'RUN --device=vendor.com/accelerator=one,required env | grep ACCEL && head -c 3 /dev/accelerator | wc -c && ls /opt/driver';
      const dest = join(scene.person.folder, 'built');
      const result = await build(run, '--allow', 'device=vendor.com/accelerator=*', '-o', `type=tar,dest=${dest}`);
      assert.equal(result.exitCode, 0, result.stderr);
      for (const line of [/ACCELERATOR=one$/m, / 3$/m, / vendor\.yaml$/m]) assert.match(result.stderr, line);
      const names = execFileSync('tar', ['-tf', dest], { encoding: 'utf8' }).split('\n');
      assert.deepEqual(
        names.filter((path) => /accelerator|driver/.test(path)),
        [],
      );
      assert.match(execFileSync('tar', ['-xOf', dest, 'after'], { encoding: 'utf8' }), /accelerator: No such file/);
    });

    test('a device that must be allowed and is not is an error with its line', async () => {
      const result = await build('RUN --device=vendor.com/accelerator=one true');
      assert.equal(result.exitCode, 1);
      assert.match(result.stderr, /device vendor\.com\/accelerator=one is not allowed/);
      assert.match(result.stderr, /--allow device=vendor\.com\/accelerator=one/);
      assert.match(result.stderr, />>> RUN --device/);
    });

    test('a device that lets every build have it needs no leave; one that is missing matters where it is required', async () => {
      const result = await build('RUN --device=vendor.com/accelerator=open --device=vendor.com/absent env');
      assert.equal(result.exitCode, 0, result.stderr);
      assert.match(result.stderr, /OPEN=yes/);
      const missing = await build('RUN --device=vendor.com/absent,required env', '--allow', 'device');
      assert.equal(missing.exitCode, 1);
      assert.match(missing.stderr, /Cannot find the required device/);
      assert.match(missing.stderr, /vendor\.com\/accelerator=one/);
    });

    test('a file that is no description is reported to who misses its device', async () => {
      writeFileSync(join(scene.person.folder, 'cdi/broken.json'), '{"cdiVersion": 1}');
      const missing = await build('RUN --device=vendor.com/absent,required env', '--allow', 'device');
      assert.match(missing.stderr, /broken\.json: cdiVersion is no text/);
    });
  });
}
