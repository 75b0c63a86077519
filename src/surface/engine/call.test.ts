import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDockerfile } from '../../language/dockerfile/index.ts';
import { BuildError } from '../../core/errors.ts';
import { dockerfileFrontend } from '../../decide/frontend/index.ts';
import { basesOrNone } from './call.ts';

test('basesOrNone: an outline needs no registry for what the text alone says', async () => {
  const platform = { os: 'linux', architecture: 'amd64' };
  const dockerfile = parseDockerfile('ARG TAG=1\nFROM nothing:$TAG AS app\nARG A=b\nRUN --mount=type=secret,id=key true\n');
  const warnings: string[] = [];
  const unreachable = () => Promise.reject(new BuildError('REGISTRY_UNREACHABLE', 'Cannot resolve it', { family: 'network' }));
  const ports = basesOrNone({ resolveImageConfig: unreachable, resolveNamedContext: unreachable }, (message) => warnings.push(message));
  const outline = await dockerfileFrontend(dockerfile).outline({ platform, buildPlatform: platform }, ports);
  assert.deepEqual(
    [outline.name, outline.args?.map(({ name, value }) => `${name}=${value}`), outline.secrets?.map(({ name }) => name)],
    ['app', ['TAG=1', 'A=b'], ['key']],
  );
  assert.deepEqual(warnings, ['Cannot resolve it. What docker.io/library/nothing:1 adds to the outline is not in it.']);
});
