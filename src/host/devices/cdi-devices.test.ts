import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CdiDevices } from './cdi-devices.ts';
import { parseCdiSpec } from './cdi-spec.ts';
import { DeviceError } from './error.ts';

const gpus = `
cdiVersion: "0.6.0"
kind: vendor.com/gpu
annotations: { org.mobyproject.buildkit.device.autoallow: "true" }
containerEdits:
  env: [DRIVER=1]
  hooks: [{ hookName: createContainer, path: /usr/bin/hook, args: [hook, a], timeout: 5 }]
devices:
  - name: "1"
    annotations: { org.mobyproject.buildkit.device.class: fast }
    containerEdits:
      env: [GPU=1, DRIVER=2]
      deviceNodes: [{ path: /dev/gpu1, fileMode: 438 }]
      additionalGids: [44]
  - name: "0"
    annotations: { org.mobyproject.buildkit.device.autoallow: "false" }
    containerEdits:
      deviceNodes: [{ path: /dev/gpu0, hostPath: /dev/host0 }]
      mounts: [{ hostPath: /lib/gpu, containerPath: /gpu, options: [ro, bind] }]
`;
const overridden = { cdiVersion: '0.6.0', kind: 'vendor.com/nic', devices: [{ name: 'a', containerEdits: { env: ['NIC=run'] } }] };

describe('CdiDevices', () => {
  let folder: string;
  let devices: CdiDevices;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ossb-cdi-'));
    for (const name of ['etc', 'run']) mkdirSync(join(folder, name));
    const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
    write('etc/gpu.yaml', gpus);
    write('etc/nic.json', JSON.stringify(overridden).replace('NIC=run', 'NIC=etc'));
    write('run/nic.json', JSON.stringify(overridden));
    for (const name of ['x.json', 'y.json']) write(`run/${name}`, JSON.stringify({ ...overridden, kind: 'vendor.com/twice' }));
    write('run/broken.yml', 'kind: [');
    write('run/readme.txt', 'not a description');
    devices = await CdiDevices.load([join(folder, 'etc'), join(folder, 'absent'), join(folder, 'run')]);
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [name, found] of [
    ['vendor.com/gpu=1', ['vendor.com/gpu=1']],
    ['vendor.com/gpu', ['vendor.com/gpu=0']],
    ['vendor.com/gpu=*', ['vendor.com/gpu=0', 'vendor.com/gpu=1']],
    ['vendor.com/gpu=fast', ['vendor.com/gpu=1']],
    ['vendor.com/gpu=2', []],
    ['other.com/gpu', []],
    ['vendor.com/twice=a', []],
  ] as const) {
    test(`find ${name}`, () => {
      assert.deepEqual(devices.find({ name, required: false }), found);
      const required = (): string[] => devices.find({ name, required: true });
      if (found.length > 0) assert.deepEqual(required(), found);
      else
        assert.throws(required, (error) => error instanceof DeviceError && error.code === 'DEVICE_MISSING' && /broken\.yml.*y\.json/s.test(error.hint ?? ''));
    });
  }

  for (const name of ['', 'gpu', 'vendor.com', 'vendor.com/', '/gpu=1', 'vendor.com/gpu/x=1', '../etc=1']) {
    test(`find refuses ${JSON.stringify(name)}`, () => {
      assert.throws(() => devices.find({ name, required: false }), { code: 'DEVICE_INVALID' });
    });
  }

  test('isAutoAllowed: the device over its file', () => {
    assert.deepEqual(
      ['vendor.com/gpu=1', 'vendor.com/gpu=0', 'vendor.com/nic=a'].map((name) => devices.isAutoAllowed(name)),
      [true, false, false],
    );
  });

  test('edits: those of a file once, then those of its devices; a later folder goes over an earlier one', () => {
    assert.deepEqual(devices.edits(['vendor.com/gpu=1', 'vendor.com/gpu=0', 'vendor.com/gpu=1', 'vendor.com/nic=a']), {
      env: ['DRIVER=2', 'GPU=1', 'NIC=run'],
      deviceNodes: [
        { path: '/dev/gpu1', hostPath: '/dev/gpu1', fileMode: 438 },
        { path: '/dev/gpu0', hostPath: '/dev/host0' },
      ],
      mounts: [{ hostPath: '/lib/gpu', containerPath: '/gpu', options: ['ro', 'bind'] }],
      hooks: [{ hookName: 'createContainer', path: '/usr/bin/hook', args: ['hook', 'a'], env: [], timeout: 5 }],
      additionalGids: [44],
    });
  });
});

test('parseCdiSpec reports every fault', () => {
  const document = {
    kind: 'nothing',
    containerEdits: { netDevices: [], env: ['A=1', 5, 'B'], mounts: [{ hostPath: '', containerPath: '/x', type: 'overlay' }] },
    devices: [
      { name: '-', containerEdits: { deviceNodes: [{ path: 'dev/x', major: -1, permissions: 'r', mode: 1 }], hooks: [{ hookName: 'later', path: '/x' }] } },
    ],
  };
  assert.throws(
    () => parseCdiSpec('/etc/cdi/x.json', document),
    (error) => {
      assert.ok(error instanceof DeviceError && error.code === 'CDI_INVALID');
      for (const part of [
        'cdiVersion',
        'kind "nothing"',
        'netDevices',
        'env[1]',
        'devices[0].name',
        '"dev/x" is not absolute',
        '.major',
        '"later"',
        '"B", which is not NAME=value',
        '"overlay"',
        'hostPath "" is not absolute',
        'permissions "r"',
        '.mode is not known',
      ]) {
        assert.ok(error.message.includes(part), `${part} in ${error.message}`);
      }
      return true;
    },
  );
});
