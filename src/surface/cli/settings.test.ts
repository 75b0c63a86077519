import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BuildErrors } from '../../core/errors.ts';
import { parseFileSettings, readFileSettings } from './settings.ts';
import { Faults } from './usage-error.ts';

test('readFileSettings: the user file, then the system file', (t) => {
  const home = mkdtempSync(join(tmpdir(), 'ossb-cli-'));
  t.after(() => rmSync(home, { recursive: true }));
  mkdirSync(join(home, '.config/ossb'), { recursive: true });
  mkdirSync(join(home, 'xdg/ossb'), { recursive: true });
  const system = join(home, 'system.json');
  writeFileSync(join(home, '.config/ossb/config.json'), '{"registryMirrors": {"docker.io": ["user:5000"]}}');
  writeFileSync(join(home, 'xdg/ossb/config.json'), '{"insecureRegistries": ["xdg:5000"], "cdiFolders": ["/x/cdi"]}');
  writeFileSync(system, '{"registryMirrors": {"docker.io": ["system:5000/", "user:5000"]}, "insecureRegistries": ["localhost:1"]}');
  const faults = new Faults();
  assert.deepEqual(readFileSettings({ HOME: home }, faults, system), {
    registryMirrors: { 'docker.io': ['user:5000', 'system:5000'] },
    insecureRegistries: ['localhost:1'],
    cdiFolders: [],
  });
  assert.deepEqual(readFileSettings({ HOME: home, XDG_CONFIG_HOME: join(home, 'xdg') }, faults, system), {
    registryMirrors: { 'docker.io': ['system:5000', 'user:5000'] },
    insecureRegistries: ['xdg:5000', 'localhost:1'],
    cdiFolders: ['/x/cdi'],
  });
  assert.deepEqual(readFileSettings({}, faults, join(home, 'absent.json')), { registryMirrors: {}, insecureRegistries: [], cdiFolders: [] });
  faults.throwIfAny();
});

test('readFileSettings: a file that cannot be read is a fault', (t) => {
  const home = mkdtempSync(join(tmpdir(), 'ossb-cli-'));
  t.after(() => rmSync(home, { recursive: true }));
  const faults = new Faults();
  readFileSettings({}, faults, home);
  assert.throws(() => faults.throwIfAny(), { code: 'SETTINGS_INVALID' });
});

test('parseFileSettings: every fault is reported, with the name of the file', () => {
  const faults = new Faults();
  const text = '{"registryMirrors": {"bad host": ["m"], "r.io": ["a b", 5]}, "insecureRegistries": ["", {}], "mirrors": {}}';
  parseFileSettings('/c.json', text, faults);
  assert.throws(
    () => faults.throwIfAny(),
    (error) =>
      error instanceof BuildErrors &&
      error.errors.length === 6 &&
      error.errors.every((one) => one.code === 'SETTINGS_INVALID' && one.message.includes('/c.json') && /insecureRegistries/.test(one.hint ?? '')),
  );
});

for (const text of [
  '',
  '{',
  '[]',
  'null',
  '"x"',
  '{"registryMirrors": []}',
  '{"registryMirrors": {"a": null}}',
  '{"insecureRegistries": {}}',
  '{"cdiFolders": ["etc"]}',
]) {
  test(`parseFileSettings: ${JSON.stringify(text)} is refused`, () => {
    const faults = new Faults();
    parseFileSettings('/c.json', text, faults);
    assert.throws(() => faults.throwIfAny(), { code: 'SETTINGS_INVALID' });
  });
}

test('parseFileSettings: one mirror may stand without a list', () => {
  const faults = new Faults();
  assert.deepEqual(parseFileSettings('/c.json', '{"registryMirrors": {"docker.io": "http://m:5000"}}', faults), {
    registryMirrors: { 'docker.io': ['http://m:5000'] },
    insecureRegistries: [],
    cdiFolders: [],
  });
  faults.throwIfAny();
});
