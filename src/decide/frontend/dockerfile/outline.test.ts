import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from './graph-fixture.ts';
import { describeOutline } from './outline.ts';
import { describeTargets } from './targets.ts';

const text = `# V is the version
ARG V=1
ARG U=\${V}-x
# build compiles it
FROM base AS Build
# V again
ARG V
ARG X=2 Y
RUN --mount=type=secret,id=s --mount=type=ssh,required true
FROM --platform=linux/amd64 scratch
ARG U
COPY --from=build /bin /
`;
const at = (line: number): object => ({ ranges: [{ start: { line }, end: { line } }] });
const sources = [Buffer.from(text).toString('base64')];

test('describeTargets: as docker build --call=targets,format=json', () => {
  assert.deepEqual(describeTargets(fixture(text).request.dockerfile), {
    targets: [
      { name: 'build', description: 'compiles it', base: 'base', location: at(5) },
      { default: true, base: 'scratch', platform: 'linux/amd64', location: at(10) },
    ],
    sources,
  });
});

test('describeOutline: as docker build --call=outline,format=json', async () => {
  const { request, ports } = fixture(text);
  assert.deepEqual(await describeOutline(request, ports), {
    args: [
      { name: 'V', description: 'is the version', value: '1', location: at(2) },
      { name: 'U', value: '1-x', location: at(3) },
      { name: 'X', value: '2', location: at(8) },
      { name: 'Y', location: at(8) },
    ],
    secrets: [{ name: 's', location: at(9) }],
    ssh: [{ name: 'default', required: true, location: at(9) }],
    sources,
  });
});

test('describeOutline: of a named target', async () => {
  const { request, ports } = fixture(text, { target: 'build' });
  const outline = await describeOutline(request, ports);
  assert.deepEqual([outline.name, outline.description, outline.args?.map(({ name }) => name)], ['build', 'compiles it', ['V', 'X', 'Y']]);
});
