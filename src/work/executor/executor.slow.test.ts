import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { repositoryFolder } from '../../../test/harness/ossb.ts';
import { ordinaryUser } from '../../../test/harness/person.ts';
import type { DiffID } from '../../core/oci/index.ts';
import { canScopeSockets, detectLevel, findProgram } from '../../host/sys/index.ts';
import type { ContainerEdits } from '../../host/devices/index.ts';
import type { StepMount } from '../protocol/index.ts';
import { findBusybox, Steps, type StepAnswer } from './testing/steps.ts';

const busybox = findBusybox();
const runtimeFound = ['crun', 'runc'].some((name) => findProgram(name, process.env['PATH']) !== undefined);
const obstacle =
  busybox === undefined
    ? 'busybox is not installed'
    : !runtimeFound
      ? 'neither crun nor runc is installed'
      : detectLevel() === 'confined'
        ? 'this host allows neither mounts nor user namespaces'
        : false;

const layer = (name: string): DiffID => name as DiffID;

function ok(answer: StepAnswer): StepAnswer & { kind: 'done' } {
  assert.ok(answer.kind === 'done', answer.kind === 'failed' ? answer.message : '');
  return answer;
}

describe('Executor', { skip: obstacle }, () => {
  let steps: Steps;
  const root = process.getuid?.() === 0;
  before(async () => {
    steps = await Steps.start(busybox!);
  });
  after(async () => {
    await steps[Symbol.asyncDispose]();
  });

  /** Standard output of a step that succeeds. */
  const output = async (script: string, request: Parameters<Steps['run']>[1] = {}, layers: Record<string, string> = {}): Promise<string> => {
    const answer = ok(await steps.run(script, request, { layers }));
    assert.deepEqual(answer.exit, { exitCode: 0 }, answer.stderr);
    assert.deepEqual(answer.left, steps.before);
    return answer.stdout;
  };

  test('run tells exit codes', async () => {
    for (const code of [0, 1, 3, 125]) assert.deepEqual(ok(await steps.run(`exit ${code}`)).exit, { exitCode: code });
    assert.deepEqual(ok(await steps.run('sh -c "kill -9 \\$\\$"; exit $?')).exit, { exitCode: 137, signal: 'SIGKILL' });
  });

  test('run tells a command that is not there or cannot be executed as a shell does', async () => {
    const missing = ok(await steps.run('', { args: ['nosuch'] }));
    assert.deepEqual(missing.exit, { exitCode: 127 });
    assert.match(missing.stderr, /nosuch/);
    assert.deepEqual(ok(await steps.run('', { args: ['/etc/passwd'] })).exit, { exitCode: 126 });
  });

  test('run keeps the two streams apart, byte for byte', async () => {
    const answer = ok(await steps.run("printf 'a\\377\\000b'; printf err >&2"));
    assert.equal(answer.stdout, 'a\xff\0b');
    assert.equal(answer.stderr, 'err');
    const large = ok(await steps.run('head -c 3000000 /dev/zero'));
    assert.equal(large.stdout.length, 3_000_000);
  });

  test('a step has docker build’s capabilities and a seccomp filter, and no rights in the network of the host', async () => {
    const alone = await output('cat /proc/self/status', { network: 'none' });
    for (const set of ['CapPrm', 'CapEff', 'CapBnd']) assert.match(alone, new RegExp(`^${set}:\\t00000000a80425fb$`, 'm'));
    const status = await output('cat /proc/self/status');
    for (const set of ['CapPrm', 'CapEff', 'CapBnd']) assert.match(status, new RegExp(`^${set}:\\t00000000a80401fb$`, 'm'));
    assert.match(status, /^CapInh:\t0000000000000000$/m);
    assert.match(status, /^NoNewPrivs:\t0$/m);
    assert.match(status, /^Seccomp:\t2$/m);
  });

  test('a step does not reach abstract unix sockets of the host', { skip: canScopeSockets() ? false : 'Landlock has no scopes here' }, async () => {
    const name = `ossb-test-${process.pid}`;
    const program = 'import net from "node:net"; net.createServer((s) => s.end("hello")).listen("\\0" + process.argv[1], () => console.log("ready"))';
    const server = spawn(process.execPath, ['--input-type=module', '-e', program, name], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise((resolve) => {
        server.stdout.once('data', resolve);
      });
      assert.match(readFileSync('/proc/net/unix', 'utf8'), new RegExp(`@${name}$`, 'm'));
      const folders = ['/usr', '/lib', '/lib64'].filter((folder) => existsSync(folder));
      const mounts = folders.map((folder): StepMount => ({ kind: 'folder', folder, source: '/', target: folder, readonly: true, mode: 0o755, uid: 0, gid: 0 }));
      const client = `use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0); print connect(S, pack_sockaddr_un("\\0${name}")) ? "reached" : $!`;
      for (const security of ['sandbox', 'insecure'] as const) {
        const seen = await output('exec /usr/bin/perl -e "$CLIENT"', { mounts, security, env: ['PATH=/bin', `CLIENT=${client}`] });
        assert.equal(seen, 'Operation not permitted');
      }
    } finally {
      server.kill();
    }
  });

  test('a step may not make namespaces, mount, or change what is read-only in /proc and /sys', async () => {
    const answer = ok(
      await steps.run(
        'unshare -U true; echo $?; mount -t tmpfs x /tmp; echo $?; echo 1 >/proc/sys/kernel/sysrq; echo $?; touch /sys/x; echo $?; head -c 1 /proc/kcore | wc -c',
      ),
    );
    assert.deepEqual(answer.stdout.trim().split('\n'), ['1', '1', '1', '1', '0']);
    assert.match(answer.stderr, /Operation not permitted/);
  });

  test('a step sees itself alone', async () => {
    const seen = await output('echo $$; hostname; ls /sys/fs/cgroup; ls -d /proc/[0-9]*; cat /proc/mounts');
    assert.match(seen, /^1\nbuildkitsandbox\n\/proc\/1\noverlay/);
    assert.ok(!seen.includes(steps.scratch.slice(1)), seen);
  });

  test('/dev holds the usual devices, and a node that a step makes opens nothing else', async () => {
    assert.equal(
      await output('for d in null zero full random urandom tty ptmx pts shm mqueue fd stdin stdout stderr; do test -e /dev/$d || echo no $d; done'),
      '',
    );
    assert.equal(await output('echo x > /dev/null; head -c 4 /dev/zero | wc -c; head -c 4 /dev/urandom | wc -c'), '4\n4\n');
    const made = ok(await steps.run('for d in /x /dev/x /tmp/x /dev/shm/x; do mknod $d c 1 1 && head -c 1 $d; done; mknod /b b 7 0 && head -c 1 /b; true'));
    assert.equal(made.stdout, '');
    if (root) assert.equal((made.stderr.match(/not permitted|denied/g) ?? []).length, 5);
  });

  test('without a device cgroup the same is done with nodev', { skip: root ? false : 'needs root' }, async () => {
    await using without = await Steps.start(busybox!, { OSSB_TEST_NODEV: '1' });
    const made = ok(
      await without.run('for d in /x /dev/x /tmp/x; do mknod $d c 1 5 && head -c 1 $d; done; grep -E " (/|/dev) " /proc/mounts; head -c 1 /dev/zero | wc -c'),
    );
    assert.equal((made.stderr.match(/denied/g) ?? []).length, 3);
    assert.match(made.stdout, /overlay \/ overlay rw,nodev/);
    assert.match(made.stdout, /\n1\n$/);
  });

  test('security insecure has all capabilities and no filter', async () => {
    const status = await output('cat /proc/self/status; mount -t tmpfs x /tmp && echo mounted', { security: 'insecure' });
    assert.match(status, /^Seccomp:\t0$/m);
    assert.match(status, /mounted/);
    assert.equal(await output('unshare -m true && echo yes', { security: 'insecure' }), 'yes\n');
  });

  test('a step gets hosts and resolv.conf, read-only, that stay out of its changes', async () => {
    const extraHosts = [{ host: 'db', ip: '10.1.2.3' }];
    const answer = ok(await steps.run('cat /etc/hosts; cat /etc/resolv.conf; echo x >> /etc/hosts; rm /etc/hosts; true', { extraHosts }));
    assert.match(answer.stdout, /^127\.0\.0\.1\tlocalhost buildkitsandbox\n::1\tlocalhost ip6-localhost ip6-loopback\n10\.1\.2\.3\tdb\n/);
    assert.ok(answer.stdout.endsWith(readFileSync('/etc/resolv.conf', 'utf8')));
    assert.deepEqual(readdirSync(join(answer.changes, 'etc')), []);
    assert.deepEqual(answer.mountPoints, ['etc/hosts', 'etc/resolv.conf']);
  });

  test('what a step writes is in its changes, with deletions, and not in the layer below', async () => {
    const answer = ok(await steps.run('echo new > /tmp/f; rm /etc/group; mkdir -p /a/b; echo $? '));
    assert.equal(readFileSync(join(answer.changes, 'tmp/f'), 'utf8'), 'new\n');
    assert.ok(lstatSync(join(answer.changes, 'etc/group')).isCharacterDevice());
    assert.ok(lstatSync(join(answer.changes, 'a/b')).isDirectory());
    assert.ok(existsSync(join(steps.rootfs, 'etc/group')));
    assert.equal(lstatSync(answer.changes).mode & 0o7777, lstatSync(steps.rootfs).mode & 0o7777);
  });

  test('a step runs as its USER, with groups and home', async (t) => {
    if (steps.idMaps?.kind === 'single') {
      const answer = await steps.run('id', { user: 'app' });
      assert.equal(answer.kind === 'failed' && answer.code, 'EXEC_ID_UNMAPPED');
      t.diagnostic('single id: other users are refused');
      return;
    }
    assert.equal(
      await output('id; echo $HOME; grep CapEff /proc/self/status', { user: 'app' }),
      'uid=1000(app) gid=1000(app) groups=1000(app),1234(extra)\n/home/app\nCapEff:\t0000000000000000\n',
    );
    assert.equal(await output('id -u; id -g; id -G; pwd', { user: '7:8', cwd: '/made/by/step' }), '7\n8\n8\n/made/by/step\n');
    assert.equal(await output('stat -c %u:%g:%a /made /made/it', { user: '7:8', cwd: '/made/it' }), '7:8:755\n7:8:755\n');
  });

  test('a USER that the image does not know is an error', async () => {
    const answer = await steps.run('id', { user: 'ghost' });
    assert.equal(answer.kind === 'failed' && answer.code, 'EXEC_USER');
    assert.deepEqual(answer.left, steps.before);
  });

  test('HOME of the environment wins', async () => {
    assert.equal(await output('echo $HOME', { env: ['PATH=/bin', 'HOME=/elsewhere'] }), '/elsewhere\n');
    assert.equal(await output('echo $HOME'), '/root\n');
  });

  test('network none has loopback alone, host has the host’s interfaces', async () => {
    assert.equal((await output("ip -o link | grep -c ': '", { network: 'none' })).trim(), '1');
    assert.match(await output('ip addr show lo', { network: 'none' }), /127\.0\.0\.1/);
    const hostLinks = readFileSync('/proc/net/dev', 'utf8').split('\n').length;
    assert.equal((await output('cat /proc/net/dev', { network: 'host' })).split('\n').length, hostLinks);
  });

  test('a secret is a file with its mode while the step runs, on no disk, and leaves nothing', async () => {
    const secret: StepMount = { kind: 'secret', target: '/run/secrets/key', data: Buffer.from('s3cret-value'), mode: 0o400, uid: 0, gid: 0 };
    const answer = ok(
      await steps.run('cat /run/secrets/key; stat -c " %a %u:%g" /run/secrets/key; grep /run/secrets /proc/mounts; echo x > /run/secrets/key; true', {
        mounts: [secret],
      }),
    );
    assert.match(answer.stdout, /^s3cret-value 400 0:0\n\S+ \/run\/secrets\/key tmpfs ro,nosuid,nodev,noexec/);
    assert.match(answer.stderr, /Read-only/);
    assert.ok(!existsSync(join(answer.changes, 'run')));
    assert.deepEqual(answer.left, steps.before);
    assert.equal(spawnSync('grep', ['-rl', 's3cret-value', steps.scratch]).stdout.toString(), '');
  });

  test('a bind mount shows layers; what is written to a writable one is discarded', async () => {
    const extra = mkdtempSync(join(steps.scratch, 'layer-'));
    mkdirSync(join(extra, 'src'));
    writeFileSync(join(extra, 'src/file'), 'content');
    const layers = [layer('base'), layer('extra')];
    const mounts: StepMount[] = [
      { kind: 'layers', layers, source: '/src', target: '/ro', readonly: true },
      { kind: 'layers', layers, source: '/src', target: '/rw', readonly: false },
      { kind: 'layers', layers: [layer('extra')], source: '/src/file', target: '/one', readonly: true },
      { kind: 'layers', layers: [], source: '/', target: '/nothing', readonly: true },
    ];
    const script = 'cat /ro/file /rw/file /one; touch /ro/x 2>/dev/null || echo -ro; echo more > /rw/x; ls /rw /nothing; true';
    assert.equal(await output(script, { mounts }, { extra }), 'contentcontentcontent-ro\n/nothing:\n\n/rw:\nfile\nx\n');
    assert.deepEqual(readdirSync(join(extra, 'src')), ['file']);
    assert.equal(readdirSync(steps.scratch).filter((name) => name.startsWith('temp-')).length, 0);
  });

  test('a bind mount of what is not there is an error', async () => {
    const answer = await steps.run('true', { mounts: [{ kind: 'layers', layers: [layer('base')], source: '/none', target: '/x', readonly: true }] });
    assert.equal(answer.kind === 'failed' && answer.code, 'EXEC_MOUNT');
    assert.deepEqual(answer.left, steps.before);
  });

  test('a cache mount lives on, is made with its owner and mode, or from its seed', async () => {
    const folder = join(steps.scratch, 'cache', 'one');
    const cache = { kind: 'folder', folder, source: '/', target: '/root/.cache', readonly: false, mode: 0o750, uid: 0, gid: 0 } as const;
    assert.equal(await output('stat -c %a:%u /root/.cache; echo kept > /root/.cache/f', { mounts: [cache] }), '750:0\n');
    assert.equal(
      await output('cat /root/.cache/f; touch /root/.cache/g 2>/dev/null || echo readonly', { mounts: [{ ...cache, readonly: true }] }),
      'kept\nreadonly\n',
    );
    const seeded: StepMount = { ...cache, folder: join(steps.scratch, 'cache', 'two'), seed: { layers: [layer('base')], source: '/etc' } };
    assert.match(await output('cat /root/.cache/passwd; rm /root/.cache/passwd', { mounts: [seeded] }), /^root:x:0/);
    assert.equal(await output('ls /root/.cache', { mounts: [seeded] }), 'group\n');
  });

  test('source= of a cache mount is a path in the cache, and its symlinks stay in there', async () => {
    const folder = join(steps.scratch, 'cache', 'parts');
    const cache = { kind: 'folder', folder, source: '/', target: '/c', readonly: false, mode: 0o755, uid: 0, gid: 0 } as const;
    await output('mkdir -p /c/d/sub; echo part > /c/d/f; ln -s d /c/l; ln -s /etc /c/abs; ln -s ../../../etc /c/up', { mounts: [cache] });
    const parts = [
      { ...cache, source: '/d' },
      { ...cache, source: '/l', target: '/m' },
    ];
    assert.equal(await output('cat /c/f; ls /m', { mounts: parts }), 'part\nf\nsub\n');
    for (const source of ['/none', '/abs', '/up', '/l/none']) {
      const answer = await steps.run('true', { mounts: [{ ...cache, source }] });
      assert.equal(answer.kind === 'failed' && answer.code, 'EXEC_MOUNT', source);
    }
  });

  test('mounts within mounts are made in the outer one', async () => {
    const folder = join(steps.scratch, 'cache', 'outer');
    const mounts: StepMount[] = [
      { kind: 'tmpfs', target: '/go/pkg/inner', sizeBytes: 1 << 20, readonly: false },
      { kind: 'folder', folder, source: '/', target: '/go', readonly: false, mode: 0o755, uid: 0, gid: 0 },
    ];
    assert.match(await output('echo x > /go/f; grep /go /proc/mounts', { mounts }), /\/go\/pkg\/inner tmpfs rw,nosuid.*size=1024k/);
    assert.deepEqual(readdirSync(folder).sort(), ['f', 'pkg']);
  });

  test('anyone may write to a tmpfs, whatever it covers, and nobody to one that is read-only', async () => {
    const mounts: StepMount[] = [
      { kind: 'tmpfs', target: '/new', readonly: false },
      { kind: 'tmpfs', target: '/etc', readonly: false },
      { kind: 'tmpfs', target: '/fixed', readonly: true },
    ];
    const script = 'stat -c %a /new /etc /fixed; echo x > /new/f; cat /new/f; touch /fixed/f 2>/dev/null || echo read-only';
    assert.equal(await output(script, { mounts }), '1777\n1777\n1777\nx\nread-only\n');
  });

  test('what is made to mount on, in other mounts too, has the mode that docker build gives it', async () => {
    const folder = join(steps.scratch, 'cache', 'places');
    const cache = { kind: 'folder', source: '/', readonly: false, mode: 0o755, uid: 0, gid: 0 } as const;
    const secret = { kind: 'secret', data: Buffer.from('value'), mode: 0o400, uid: 0, gid: 0 } as const;
    const mounts: StepMount[] = [
      { ...cache, folder, target: '/a/b/cache' },
      { kind: 'tmpfs', target: '/a/b/cache/in/side', readonly: false },
      { ...secret, target: '/a/b/cache/se/cret' },
      { kind: 'tmpfs', target: '/a/b/cache/in/side/deep/er', readonly: false },
    ];
    const script = 'stat -c %a /a /a/b /a/b/cache/in /a/b/cache/in/side/deep /a/b/cache/se /dev /proc /sys';
    assert.equal(await output(script, { mounts }), `${'755\n'.repeat(6)}${'555\n'.repeat(2)}`);
    assert.deepEqual(readdirSync(folder).sort(), ['in', 'se']);
    assert.equal((lstatSync(join(folder, 'se/cret')).mode & 0o7777).toString(8), '644');
    assert.equal((lstatSync(join(folder, 'in/side')).mode & 0o7777).toString(8), '755');
    const refused = await steps.run('true', {
      mounts: [
        { ...cache, folder, target: '/c', readonly: true },
        { kind: 'tmpfs', target: '/c/none', readonly: false },
      ],
    });
    assert.equal(refused.kind === 'failed' && refused.code, 'EXEC_MOUNT');
  });

  test('files of heredocs are executable where they are to be', async () => {
    const files = [{ path: '/dev/pipes/EOF', content: '#!/bin/sh\necho from heredoc\n', mode: 0o755 }];
    const answer = ok(await steps.run('', { args: ['/dev/pipes/EOF'], files }));
    assert.equal(answer.stdout, 'from heredoc\n');
  });

  test('an ssh agent’s socket is there with the step’s owner and mode', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ossb-agent-'));
    const path = join(folder, 'agent.sock');
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(path, resolve);
    });
    try {
      const mounts: StepMount[] = [{ kind: 'socket', path, target: '/run/buildkit/ssh_agent.0', mode: 0o640, uid: 0, gid: 0 }];
      assert.equal(await output('stat -c "%a %u %F" /run/buildkit/ssh_agent.0', { mounts }), '640 0 socket\n');
      const gone = await steps.run('true', { mounts: [{ ...(mounts[0] as StepMount & { kind: 'socket' }), path: `${path}.none` }] });
      assert.equal(gone.kind === 'failed' && gone.code, 'EXEC_MOUNT');
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });

  test('130 layers are one tree, and a deletion in one of them counts', async () => {
    const layers: Record<string, string> = {};
    for (let i = 0; i < 130; i++) {
      const folder = mkdtempSync(join(steps.scratch, 'many-'));
      writeFileSync(join(folder, `f${i}`), `${i}`);
      writeFileSync(join(folder, 'top'), `${i}`);
      layers[`l${i}`] = folder;
    }
    assert.equal(await output('cat /top; ls /f* | wc -l', { layers: [layer('base'), ...Object.keys(layers).map(layer)] }, layers), '129130\n');
  });

  test('an aborted step is killed with all that it started, and its mounts are gone', async () => {
    const answer = await steps.run('sleep 1000 & sleep 1000 & echo started; wait', {}, { abortAfterOutput: 'started' });
    assert.equal(answer.kind === 'failed' && answer.message, 'stopped by the test');
    assert.deepEqual(answer.left, steps.before);
    assert.equal(execFileSync('ps', ['-eo', 'args']).toString().includes('sleep 1000'), false);
  });

  test('an aborted step that handles SIGTERM may end by itself', async () => {
    const answer = await steps.run('trap "echo bye; exit 0" TERM; echo started; while :; do sleep 0.01; done', {}, { abortAfterOutput: 'started' });
    assert.equal(answer.kind === 'failed' && answer.message, 'stopped by the test');
    assert.match(answer.stdout, /bye/);
    assert.deepEqual(answer.left, steps.before);
  });

  test('what a step leaves running ends with it', async () => {
    assert.equal(await output('sleep 1001 >/dev/null 2>&1 & echo done'), 'done\n');
    assert.equal(execFileSync('ps', ['-eo', 'args']).toString().includes('sleep 1001'), false);
  });

  test('several steps run at once', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map((n) => steps.run(`echo ${n}; sleep 0.1; echo ${n}`)));
    for (const [i, answer] of answers.entries()) assert.equal(ok(answer).stdout, `${i + 1}\n${i + 1}\n`);
  });

  test(
    'run gives a step the devices that it is to have, and no others',
    { skip: root && !existsSync('/dev/net/tun') ? 'this host has no /dev/net/tun' : false },
    async () => {
      const library = join(steps.scratch, 'driver');
      const shared = join(steps.scratch, 'shared');
      for (const folder of [library, shared]) mkdirSync(folder, { recursive: true });
      writeFileSync(join(library, 'lib.so'), 'driver');
      const devices: ContainerEdits = {
        env: ['GPU=given'],
        deviceNodes: [
          // What this user may open.
          { path: '/dev/accelerator', hostPath: root ? '/dev/net/tun' : '/dev/zero' },
          ...(root ? [{ path: '/dev/own/made', hostPath: '/dev/net/tun', fileMode: 0o640, uid: 1000, gid: 1234 }] : []),
        ],
        mounts: [
          { hostPath: library, containerPath: '/opt/driver', options: ['ro', 'nosuid', 'bind'] },
          { hostPath: shared, containerPath: '/opt/shared', options: ['rw', 'bind'] },
        ],
        hooks: [{ hookName: 'createContainer', path: '/bin/sh', args: ['sh', '-c', 'cat >/dev/null; echo hooked >/proc/self/fd/2'], env: [] }],
        additionalGids: [1234],
      };
      const show = 'echo $GPU; : <>/dev/accelerator && echo opened; cat /opt/driver/lib.so; echo; touch /opt/driver/x 2>/dev/null || echo read-only';
      const seen = await output(show, { devices, env: ['PATH=/bin', 'GPU=old'] });
      assert.equal(seen, 'given\nopened\ndriver\nread-only\n');
      if (root) {
        assert.equal(await output('stat -c "%a %u %g %t:%T" /dev/own/made; id -G', { devices }), '640 1000 1234 a:c8\n0 1234\n');
        for (const given of [{ devices }, {}]) {
          const places = 'devices' in given ? ['/n', '/dev/n', '/opt/shared/n'] : ['/n', '/dev/n'];
          for (const place of places) {
            const opened = await output(`mknod ${place} c 1 11 && if (: <${place}) 2>/dev/null; then echo opened; else echo refused; fi`, given);
            assert.equal(opened, 'refused\n', `a node that the step makes at ${place}`);
          }
        }
      }
      assert.deepEqual(readdirSync(library), ['lib.so']);
    },
  );

  test('run tells a device that is not there', async () => {
    const none = { env: [], deviceNodes: [], mounts: [], hooks: [], additionalGids: [] };
    for (const devices of [
      { ...none, deviceNodes: [{ path: '/dev/x', hostPath: '/dev/nosuch' }] },
      { ...none, mounts: [{ hostPath: '/nosuch', containerPath: '/x', options: [] }] },
    ]) {
      const answer = await steps.run('true', { devices });
      assert.equal(answer.kind === 'failed' && answer.code, 'DEVICE_MISSING');
      assert.deepEqual(answer.left, steps.before);
    }
  });

  test('a step whose build process is killed dies with it', async () => {
    const killed = await Steps.start(busybox!);
    const done = killed.run('echo started; sleep 1002');
    const started = new Promise<void>((resolve) => {
      killed.child.on('message', (message: { kind: string; text?: string }) => {
        if (message.kind === 'output' && message.text?.includes('started')) resolve();
      });
    });
    await Promise.race([started, done]);
    const ended = new Promise((resolve) => {
      killed.child.once('close', resolve);
    });
    process.kill(killed.child.pid!, 'SIGKILL');
    await ended;
    while (execFileSync('ps', ['-eo', 'args']).toString().includes('sleep 1002')) await new Promise(setImmediate);
    assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes(killed.scratch));
    try {
      rmSync(killed.scratch, { recursive: true });
    } catch {
      // Files of subordinate ids; the folder is in the system's temporary one.
    }
  });
});

/** The same tests again, as other users and with the other runtime. What is not to be found is covered by /dev/null in a mount namespace. */
const variants = [
  { name: 'as root with runc', user: false, cover: ['crun'] },
  { name: 'as an ordinary user with ranges of ids', user: true, cover: [] },
  { name: 'as an ordinary user with a single id', user: true, cover: ['/etc/subuid'] },
  { name: 'as an ordinary user with runc', user: true, cover: ['crun'] },
] as const;

describe('Executor again', { skip: obstacle || (process.getuid?.() === 0 ? false : 'needs root') }, () => {
  for (const { name, user, cover } of variants) {
    test(name, (t) => {
      const path = process.env['PATH'];
      if (cover.some((each) => each === 'crun') && !(findProgram('crun', path) && findProgram('runc', path)))
        return t.skip('crun and runc are not both installed');
      // The checkout may lie where only its owner can read.
      const covered = cover.map((each) => `mount --bind /dev/null ${each.startsWith('/') ? each : findProgram(each, path)} && `).join('');
      const account = user ? ordinaryUser() : undefined;
      const become = account ? `setpriv --reuid=${account.uid} --regid=${account.gid} --clear-groups env -i HOME=${account.home} PATH="$PATH"` : 'env';
      const script = `mount --bind "$0" /mnt && cd /mnt && ${covered}exec ${become} "$1" --test --test-reporter=tap --test-name-pattern='^Executor$' "$2"`;
      const { NODE_TEST_CONTEXT: _, ...env } = process.env;
      const seen = [process.execPath, import.meta.filename].map((each) => each.replace(repositoryFolder, '/mnt'));
      const result = spawnSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, repositoryFolder, ...seen], { env });
      const report = result.stdout.toString();
      assert.equal(result.status, 0, report + result.stderr.toString());
      assert.match(report, /^# pass [1-9]\d/m);
      return undefined;
    });
  }
});
