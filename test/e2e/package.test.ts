import assert from 'node:assert/strict';
import { copyFileSync, cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findTool, needTool } from '../../scripts/local/tool.ts';
import { mustRun, runCommand } from '../harness/command.ts';
import { makeFixture } from '../harness/fixture.ts';
import { nodeVersion } from '../harness/node-version.ts';
import { repositoryFolder } from '../harness/ossb.ts';

const missing = ['npm', 'crun', 'busybox'].filter((tool) => findTool(tool) === undefined);
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a user gets who installs the published package: `npm pack` of a copy of the sources, installed into folders that have nothing else. */
describe('the published package', { skip: missing.length === 0 ? false : `${missing.join(', ')} missing: run scripts/setup` }, () => {
  let folder: string;
  let consumer: string;
  let program: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ossb-package-'));
    const tarball = await pack(join(folder, 'checkout'), join(folder, 'packed'));
    const flags = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await mustRun(['npm', 'install', '--global', '--prefix', join(folder, 'prefix'), ...flags, tarball]);
    program = join(folder, 'prefix/bin/ossb');
    consumer = join(folder, 'consumer');
    makeFixture(consumer, { 'package.json': JSON.stringify({ name: 'consumer', version: '1.0.0', private: true, type: 'module' }) });
    await mustRun(['npm', 'install', ...flags, tarball], { cwd: consumer });
    for (const name of ['@types/node', 'undici-types']) {
      mkdirSync(join(consumer, 'node_modules', name, '..'), { recursive: true });
      if (!existsSync(join(consumer, 'node_modules', name))) symlinkSync(join(repositoryFolder, 'node_modules', name), join(consumer, 'node_modules', name));
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('it holds the programs, the library and declarations, and brings no Node and no tools', () => {
    const installed = join(folder, 'prefix/lib/node_modules/ossb');
    const files = globSync('**/*', { cwd: installed, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
    const own = files.filter((file) => !file.startsWith('node_modules/'));
    const expected = /^(dist\/[^/]+\.(c?js|cjs\.map)|dist\/LICENSES\.txt|dist\/types\/.+\.d\.ts|LICENSE|README\.md|CHANGELOG\.md|package\.json)$/;
    assert.deepEqual(
      own.filter((file) => !expected.test(file)),
      [],
    );
    const dependencies = new Set(files.filter((file) => file.startsWith('node_modules/')).map((file) => file.split('/')[1]));
    dependencies.delete('.package-lock.json');
    assert.deepEqual(dependencies, new Set(['@koromix', 'koffi', 'yaml']));
  });

  for (const major of [24, 26]) {
    test(`the command builds with Node ${major}`, async () => {
      const env = await environment(major);
      assert.match((await mustRun([program, '--version'], { env })).stdout, /^ossb \d/);
      const context = join(folder, `context-${major}`);
      makeFixture(context, { Dockerfile: 'FROM scratch\nCOPY busybox /bin/\nRUN ["/bin/busybox", "touch", "/made"]\n' });
      copyFileSync(needTool('busybox'), join(context, 'busybox'));
      const built = await mustRun([program, 'build', '--root', join(folder, `store-${major}`), '-t', 'app', '-o', join(folder, `out-${major}`), context], {
        env,
      });
      assert.ok(existsSync(join(folder, `out-${major}/made`)), built.stderr);
      assert.doesNotMatch(built.stderr, /Warning/);
    });

    test(`the library builds with Node ${major}`, async () => {
      writeFileSync(
        join(consumer, 'run.js'),
        `import { build } from 'ossb';
import { parseDockerfile } from 'ossb/dockerfile';
const running = build({ context: { kind: 'dir', path: '.' }, dockerfileText: 'FROM scratch\\nCOPY package.json /\\n', root: ${JSON.stringify(join(folder, `library-${major}`))} });
for await (const event of running) if (event.kind === 'done') console.log(event.kind);
console.log((await running.result).image?.digest, parseDockerfile('FROM scratch', { file: 'Dockerfile' }).stages.length);
`,
      );
      const { stdout } = await mustRun(['node', 'run.js'], { cwd: consumer, env: await environment(major) });
      assert.match(stdout, /^(done\n)+sha256:[0-9a-f]{64} 1\n$/);
    });
  }

  for (const major of [20, 22]) {
    test(`with Node ${major} the command says which one it needs`, async () => {
      const found = await runCommand([program, 'build', '.'], { env: await environment(major) });
      assert.match(found.stderr, new RegExp(`^ERROR: ossb needs Node 24 or later; this is Node ${major}\\.[\\d.]+ \\(/.*/node\\)\\nHint: .*\\n$`));
      assert.equal(found.exitCode, 1);
    });
  }

  for (const major of [20, 22]) {
    test(`with Node ${major} the library says which one it needs`, async () => {
      for (const entry of ['ossb', 'ossb/dockerfile']) {
        writeFileSync(join(consumer, 'old.js'), `await import('${entry}').catch((error) => console.log(error.message));\n`);
        const { stdout } = await mustRun(['node', 'old.js'], { cwd: consumer, env: await environment(major) });
        assert.match(stdout, new RegExp(`^Cannot use ossb: it needs Node 24 or later; this is Node ${major}\\.[\\d.]+ \\(/.*/node\\)\\n$`));
      }
    });
  }

  test('without a node the command says that it needs one', async () => {
    const found = await runCommand([program, 'build', '.'], { env: { PATH: folder } });
    assert.match(found.stderr, /^ERROR: Cannot start ossb: it needs Node 24 or later, and there is no node on PATH\n/);
    assert.equal(found.exitCode, 1);
  });

  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    test(`the types of both entries compile with moduleResolution ${moduleResolution}, libraries checked`, async () => {
      writeFileSync(join(consumer, 'index.ts'), typedConsumer);
      const compilerOptions = { module, moduleResolution, target: 'esnext', lib: ['esnext'], strict: true, skipLibCheck: false, noEmit: true, types: [] };
      writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['index.ts'] }));
      const found = await runCommand([join(repositoryFolder, 'node_modules/.bin/tsc'), '-p', consumer]);
      assert.equal(found.stdout, '');
      assert.equal(found.exitCode, 0);
    });
  }

  async function environment(major: number): Promise<NodeJS.ProcessEnv> {
    return { PATH: `${await nodeVersion(major)}:${systemPath}`, HOME: join(folder, 'home') };
  }
});

/** The tarball of a copy: building it in the checkout would take away the bundle that other tests run. */
async function pack(copy: string, destination: string): Promise<string> {
  for (const part of ['bin', 'src', 'scripts', 'package.json', 'tsconfig.json', 'tsconfig.declarations.json', 'LICENSE', 'README.md', 'CHANGELOG.md']) {
    cpSync(join(repositoryFolder, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(repositoryFolder, 'node_modules'), join(copy, 'node_modules'));
  mkdirSync(destination);
  await mustRun(['npm', 'pack', '--pack-destination', destination], { cwd: copy });
  const { version } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')) as { version: string };
  return join(destination, `ossb-${version}.tgz`);
}

const typedConsumer = `import { build, BuildError, doctor, listImages, type Build, type BuildEvent, type BuildRequest, type BuildResult } from 'ossb';
import { checkDockerfile, parseDockerfile, printDockerfile, type Dockerfile, type Rule } from 'ossb/dockerfile';

export const request: BuildRequest = { context: { kind: 'dir', path: '.' }, tags: ['app'], outputs: [{ kind: 'cacheonly' }] };
const running: Build = build(request, AbortSignal.timeout(1000), { stdout: process.stdout });
for await (const event of running) {
  const known: BuildEvent = event;
  if (known.kind === 'log') console.log(known.data.byteLength);
}
const result: BuildResult = await running.result.catch((error: unknown) => {
  throw error instanceof BuildError ? new Error(error.hint) : error;
});
export const digest: string | undefined = result.image?.digest;
export const images = await listImages();
export const level: 'root' | 'rootless' | 'confined' | 'none' = (await doctor()).level;
const file: Dockerfile = parseDockerfile('FROM scratch', { file: 'Dockerfile' });
export const text: string = printDockerfile(file);
export const check = checkDockerfile;
export type OneRule = Rule;
// @ts-expect-error a kind of output that there is not
export const wrong: BuildRequest = { context: { kind: 'dir', path: '.' }, outputs: [{ kind: 'floppy' }] };
`;
