import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectLevel } from './privilege.ts';
import { examineHost } from './doctor.ts';

test('examineHost names the level that is detected, or none where something is missing', async () => {
  const report = await examineHost(process.env['PATH']);
  const missing = report.facts.filter(({ state }) => state === 'missing');
  assert.equal(report.level, missing.length > 0 ? 'none' : detectLevel());
  for (const fact of report.facts) assert.notEqual(fact.found, '', fact.name);
  const names = report.facts.map(({ name }) => name);
  for (const name of ['kernel', 'privilege', 'user namespaces', 'OCI runtime', 'igzip', 'cgroups', 'seccomp']) assert.ok(names.includes(name), name);
});
