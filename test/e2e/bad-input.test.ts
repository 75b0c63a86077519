import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { freePort } from '../../scripts/local/free-port.ts';
import { pushImage } from '../../scripts/local/push-image.ts';
import { startRegistry } from '../../scripts/local/registry.ts';
import { needTool } from '../../scripts/local/tool.ts';
import type { CommandOptions } from '../harness/command.ts';
import { makeFixture } from '../harness/fixture.ts';
import type { Fixture } from '../harness/fixture.ts';
import { startLyingRegistry } from '../harness/lying-registry.ts';
import { people } from '../harness/person.ts';
import { memberBytes, writeTar } from '../harness/tar-writer.ts';
import type { WrittenMember } from '../harness/tar-writer.ts';
import { openScene, toolsMissing } from './scene.ts';
import type { Scene } from './scene.ts';

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

for (const name of people()) {
  describe(`bad input as ${name}`, { skip: toolsMissing() ?? false }, () => {
    let scene: Scene;
    let count = 0;
    before(async () => {
      scene = await openScene(name);
    });
    after(() => scene.close());

    /** Builds a context and gives the code that the failure has, and the one that the command ends with. */
    async function fail(context: Fixture, flags: readonly string[] = [], options: CommandOptions = {}) {
      const folder = join(scene.person.folder, `bad-${++count}`);
      makeFixture(folder, context);
      scene.person.own(folder);
      const result = await scene.build(['--progress', 'rawjson', ...flags, folder], options);
      assert.doesNotMatch(result.stderr, /fault of ossb itself/, result.stderr);
      const lines = result.stderr.trim().split('\n');
      const last = lines.toReversed().find((line) => line.startsWith('{"error"'));
      const { code, message, hint } =
        last === undefined
          ? { code: 'none', message: result.stderr, hint: '' }
          : (JSON.parse(last) as { error: { code: string; message: string; hint?: string } }).error;
      return { exitCode: result.exitCode, code, message, hint };
    }

    const dockerfiles: readonly (readonly [what: string, dockerfile: string, code: string])[] = [
      ['an empty Dockerfile', '', 'EMPTY_DOCKERFILE'],
      ['a Dockerfile of comments', '# nothing\n', 'EMPTY_DOCKERFILE'],
      ['an unknown instruction', 'FROM scratch\nCOPPY a b\n', 'UNKNOWN_INSTRUCTION'],
      ['a bare --- line', 'FROM scratch\n---\n', 'UNKNOWN_INSTRUCTION'],
      ['a missing COPY source', 'FROM scratch\nCOPY nowhere /\n', 'SOURCE_MISSING'],
      ['a path outside of the context', 'FROM scratch\nCOPY ../../etc/passwd /\n', 'SOURCE_MISSING'],
      ['a cycle of stages', 'FROM scratch AS a\nCOPY --from=b /x /\nFROM scratch AS b\nCOPY --from=a /x /\n', 'STAGE_CYCLE'],
      ['a stage that copies from itself', 'FROM scratch AS a\nCOPY --from=a /x /\n', 'STAGE_CYCLE'],
      ['an unknown flag', 'FROM scratch\nCOPY --chwon=1 a b\n', 'UNKNOWN_FLAG'],
      ['a missing secret', 'FROM busybox\nRUN --mount=type=secret,id=key,required cat /run/secrets/key\n', 'SECRET_MISSING'],
      ['a step that fails', 'FROM busybox\nRUN exit 7\n', 'RUN_FAILED'],
    ];
    for (const [what, dockerfile, code] of dockerfiles) {
      test(`${what}: ${code}, exit code 1`, async () => {
        const failure = await fail({ Dockerfile: dockerfile, a: 'a' });
        assert.deepEqual([failure.code, failure.exitCode], [code, 1], failure.message);
        assert.ok(failure.message.length > 0);
      });
    }

    test('RUN on FROM scratch: the hint advises a base, and no shell to be installed', async () => {
      const failure = await fail({ Dockerfile: 'FROM scratch\nRUN echo hi\n' });
      assert.equal(failure.code, 'RUN_FAILED', failure.message);
      assert.match(failure.hint ?? '', /^FROM scratch is an image without files/);
    });

    test('no Dockerfile: DOCKERFILE_MISSING', async () => {
      const failure = await fail({ 'a.txt': 'a' });
      assert.deepEqual([failure.code, failure.exitCode], ['DOCKERFILE_MISSING', 1]);
    });

    test('an unknown flag of the command: usage, exit code 2, with the nearest flag', async () => {
      const result = await scene.person.ossb(['build', '--platfrom', 'linux/amd64', '.']);
      assert.equal(result.exitCode, 2);
      assert.match(result.stderr, /--platform/);
    });

    test('a secret whose file is not there', async () => {
      const failure = await fail({ Dockerfile: 'FROM scratch\n' }, ['--secret', 'id=a,src=/no/such/file']);
      assert.deepEqual([failure.code, failure.exitCode], ['SECRET_UNREADABLE', 1], failure.message);
    });

    test('files and folders that may not be read', { skip: name === 'root' && 'root reads everything' }, async () => {
      const folder = join(scene.person.folder, 'guarded-inputs');
      const locked = (path: string): void => void execFileSync('chmod', ['000', join(folder, path)]);
      makeFixture(folder, {
        Dockerfile: 'FROM scratch\nCOPY a /\n',
        a: 'a',
        closed: 'FROM scratch\n',
        secret: 's',
        'ignored/Dockerfile': 'FROM scratch\nCOPY a /\n',
        'ignored/a': 'a',
        'ignored/.dockerignore': 'b\n',
        'shut/Dockerfile': 'FROM scratch\n',
      });
      scene.person.own(folder);
      for (const path of ['closed', 'secret', 'ignored/.dockerignore', 'shut']) locked(path);
      for (const [flags, code] of [
        [['-f', join(folder, 'closed'), folder], 'DOCKERFILE_UNREADABLE'],
        [['--secret', `id=a,src=${join(folder, 'secret')}`, folder], 'SECRET_UNREADABLE'],
        [[join(folder, 'ignored')], 'CONTEXT_INVALID'],
        [[join(folder, 'shut')], 'CONTEXT_INVALID'],
      ] as const) {
        const { stderr, exitCode } = await scene.build(['--progress', 'rawjson', ...flags]);
        assert.equal(exitCode, 1, stderr);
        assert.match(stderr, new RegExp(`"code":"${code}"[^\\n]*may not be read by this user`), stderr);
      }
    });

    test('a base that is not found', async () => {
      const failure = await fail({ Dockerfile: `FROM ${scene.registry.address}/nothing:1\nRUN true\n` });
      assert.ok(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN'].includes(failure.code), failure.message);
      assert.equal(failure.exitCode, 1);
    });

    test('a wrong password', async () => {
      const folder = join(scene.folder, 'guarded');
      mkdirSync(folder);
      writeFileSync(join(folder, 'htpasswd'), 'ossb:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n');
      const guarded = await startRegistry({ folder, htpasswd: join(folder, 'htpasswd') });
      const login = join(scene.person.folder, 'login');
      makeFixture(login, { 'config.json': JSON.stringify({ auths: { [guarded.address]: { auth: Buffer.from('ossb:wrong-password').toString('base64') } } }) });
      scene.person.own(login);
      const failure = await fail({ Dockerfile: 'FROM scratch\nCOPY a /\n', a: 'a' }, ['-t', `${guarded.address}/x:1`, '--push'], {
        env: { DOCKER_CONFIG: login },
      });
      await guarded.close();
      assert.deepEqual([failure.code, failure.exitCode], ['UNAUTHORIZED', 1], failure.message);
      assert.doesNotMatch(JSON.stringify(failure), /wrong-password/);
    });

    test('a registry that is down: try again later, exit code 75', async () => {
      const failure = await fail({ Dockerfile: 'FROM scratch\nCOPY a /\n', a: 'a' }, ['-t', `127.0.0.1:${await freePort()}/x:1`, '--push']);
      assert.deepEqual([failure.code, failure.exitCode], ['REGISTRY_UNREACHABLE', 75], failure.message);
    });

    for (const [what, change, codes] of [
      [
        'a blob of other bytes',
        (blob: Buffer) => (blob.writeUInt8(blob.readUInt8(blob.length >> 1) ^ 1, blob.length >> 1), blob),
        ['REGISTRY_DIGEST_MISMATCH', 'BLOB_DIGEST_MISMATCH'],
      ],
      ['a truncated blob', (blob: Buffer) => blob.subarray(0, blob.length >> 1), ['REGISTRY_SIZE_MISMATCH', 'BLOB_SIZE_MISMATCH', 'REGISTRY_UNREACHABLE']],
    ] as const) {
      test(`${what} is refused and not kept`, async () => {
        await pushStrange(`lied-${what.length}`, [writeLayer([{ name: 'data', content: `${what} `.repeat(500) }])]);
        const lying = await startLyingRegistry(scene.registry.address, change);
        const failure = await fail({ Dockerfile: `FROM ${lying.address}/lied-${what.length}:1\nRUN true\n` });
        await lying.close();
        assert.ok((codes as readonly string[]).includes(failure.code), `${failure.code}: ${failure.message}`);
        assert.notEqual(failure.exitCode, 0);
      });
    }

    const hostile: readonly (readonly [what: string, members: readonly WrittenMember[], extracts: boolean])[] = [
      ['a name that climbs', [{ name: '../../../../../../tmp/ossb-hostile-climbed', content: 'x' }], false],
      [
        'a symlink, then a file through it',
        [
          { name: 'door', type: '2', link: '/tmp' },
          { name: 'door/ossb-hostile-through', content: 'x' },
        ],
        true,
      ],
      [
        'a relative symlink that climbs, then a file through it',
        [
          { name: 'door', type: '2', link: '../../../../../../../../tmp' },
          { name: 'door/ossb-hostile-relative', content: 'x' },
        ],
        true,
      ],
      ['a hard link that climbs', [{ name: 'h', type: '1', link: '../../../../../../etc/passwd' }], false],
      ['an absolute name', [{ name: '/tmp/ossb-hostile-absolute', content: 'x' }], true],
    ];
    for (const [what, members, may] of hostile) {
      test(`a layer with ${what} writes nothing outside of its tree`, async () => {
        const image = `hostile-${++count}`;
        await pushStrange(image, [writeLayer([...busyboxMembers(), ...members])]);
        const failure = await fail({ Dockerfile: `FROM ${scene.registry.address}/${image}:1\nRUN ["/bin/busybox", "true"]\n` });
        assert.deepEqual(
          readdirSync('/tmp').filter((file) => file.startsWith('ossb-hostile')),
          [],
        );
        if (!may) assert.deepEqual([failure.code, failure.exitCode], ['LAYER_HOSTILE', 1], failure.message);
      });
    }

    test('a device in a layer: root alone can make it, an ordinary user builds without it', async () => {
      await pushStrange('device', [writeLayer([...busyboxMembers(), { name: 'null', type: '3' }])]);
      const there = name === 'root' ? '"-c", "/null"' : '"!", "-e", "/null"';
      const { exitCode, message } = await fail({ Dockerfile: `FROM ${scene.registry.address}/device:1\nRUN ["/bin/busybox", "test", ${there}]\n` });
      assert.equal(exitCode, 0, message);
    });

    test('a decompression bomb stops at its limit', async () => {
      const zeros = gzipSync(Buffer.alloc(256 * 2 ** 20), { level: 1 });
      const [header] = memberBytes({ name: 'bomb', size: 24 * 256 * 2 ** 20 });
      const file = join(scene.folder, 'bomb.gz');
      writeFileSync(file, Buffer.concat([gzipSync(header!), ...Array.from({ length: 24 }, () => zeros), gzipSync(Buffer.alloc(1024))]));
      await pushImage(
        scene.registry.address,
        'bomb',
        ['1'],
        [{ os: 'linux', architecture, config: {}, layers: [{ gzip: file, diffID: `sha256:${'0'.repeat(64)}` }] }],
      );
      const failure = await fail({ Dockerfile: `FROM ${scene.registry.address}/bomb:1\nCOPY a /bomb/a\nRUN true\n`, a: 'a' });
      assert.deepEqual([failure.code, failure.exitCode], ['LAYER_HOSTILE', 1], failure.message);
    });

    // Mounting a small disk needs root.
    if (name === 'root') {
      test('a full disk: DISK_FULL, and the store works again with room', async () => {
        const disk = join(scene.folder, 'disk');
        mkdirSync(disk);
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'small', disk]);
        try {
          const full = await fail({ Dockerfile: 'FROM debian:12\nRUN true\n' }, ['--root', disk]);
          assert.deepEqual([full.code, full.exitCode], ['DISK_FULL', 1], full.message);
          execFileSync('mount', ['-o', 'remount,size=600m', disk]);
          const again = await fail({ Dockerfile: 'FROM debian:12\nRUN true\n' }, ['--root', disk]);
          assert.equal(again.exitCode, 0, again.message);
        } finally {
          execFileSync('umount', [disk]);
        }
      });
    }

    async function pushStrange(repository: string, layers: readonly string[]): Promise<void> {
      await pushImage(scene.registry.address, repository, ['1'], [{ os: 'linux', architecture, config: { Env: ['PATH=/bin'] }, layers }]);
    }

    function writeLayer(members: readonly WrittenMember[]): string {
      const file = join(scene.folder, `layer-${++count}.tar`);
      assert.ok(!existsSync(file));
      writeFileSync(file, writeTar(members));
      return file;
    }
  });
}

/** Enough for a RUN to be tried. */
function busyboxMembers(): WrittenMember[] {
  return [
    { name: 'bin/', type: '5' },
    { name: 'bin/busybox', content: readFileSync(needTool('busybox')) },
  ];
}
