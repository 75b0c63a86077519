import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { startBases } from '../../scripts/local/bases.ts';
import { startBuildKit } from '../harness/buildkit.ts';
import type { BuildKit } from '../harness/buildkit.ts';
import type { CommandResult } from '../harness/command.ts';
import { startFileServer } from '../harness/file-server.ts';
import { makeFixture } from '../harness/fixture.ts';
import type { Fixture } from '../harness/fixture.ts';
import { readOciTar } from '../harness/oci-image.ts';
import type { ReadLayers } from '../harness/oci-image.ts';
import { ossb, ossbHere } from '../harness/ossb.ts';
import { becomePerson, ordinaryUser } from '../harness/person.ts';
import { pushUntidyBases } from './bases/index.ts';
import { cachedDifferences } from './cached.ts';
import { callDifferences, warningsOfBuild, warningsOfCall } from './checks.ts';
import { dockerfilesFolder } from './case.ts';
import type { Case } from './case.ts';
import { usualContext } from './context.ts';
import { imageDifferences } from './differences.ts';
import type { Difference } from './differences.ts';

export interface Comparison {
  readonly case: Case;
  /** Differences with no reason in known-differences.json. */
  readonly unexplained: readonly Difference[];
  readonly explained: readonly { readonly difference: Difference; readonly known: KnownDifference }[];
}

/** A line of known-differences.json: a difference that stays, and why. */
export interface KnownDifference {
  /** A case, or a pattern of cases with `*`. */
  readonly case: string;
  /** The start of Difference.where, `*` standing for anything. */
  readonly where: string;
  /** The start of Difference.buildkit, likewise. Default anything. */
  readonly buildkit?: string;
  readonly reason: string;
}

export const knownDifferences: readonly KnownDifference[] = JSON.parse(readFileSync(join(import.meta.dirname, 'known-differences.json'), 'utf8'));

/** Both builders over one registry of bases, one server of files and one folder of contexts. */
export interface Bench {
  /** Of images, or refusals, and of what the checks say. */
  compare(test: Case): Promise<Comparison>;
  /** BuildKit alone, to see that a case is what it says it is. */
  buildkit(test: Case): Promise<CommandResult>;
  close(): Promise<void>;
}

export async function openBench(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'ossb-parity-'));
  // An ordinary user reads contexts and Dockerfiles here.
  chmodSync(folder, 0o755);
  const startedAtSeconds = Math.floor(Date.now() / 1000);
  const layers: ReadLayers = new Map();
  makeFixture(join(folder, 'contexts/usual'), usualContext);
  mkdirSync(join(folder, 'out'));
  const read = (name: string) => readFileSync(join(folder, 'contexts/usual', name));
  const server = await startFileServer(
    { '/file.txt': 'from the server\n', '/archive.tar.gz': read('plain.tar.gz'), '/named': 'named by a header\n', '/noise': read('noise.bin') },
    { '/named': { 'content-disposition': 'attachment; filename="given-name.txt"' } },
  );
  const bases = await startBases(console.log);
  await pushUntidyBases(bases.address);
  const kit = await startBuildKit(join(folder, 'buildkit'), bases.address, { inMemory: true });
  const quickKit = await startBuildKit(join(folder, 'quick-buildkit'), bases.address, { inMemory: true, runtime: 'crun' });
  const kitOf = (test: Case) => (test.runtimeMatters === false ? quickKit : kit);
  const root: Builder = {
    name: 'root',
    ossb: (args) => ossb(args),
    uses: { folder, server: server.url, contexts: join(folder, 'contexts'), dockerfiles: dockerfilesFolder },
  };
  const person = becomePerson('an ordinary user');
  cpSync(dockerfilesFolder, join(person.folder, 'dockerfiles'), { recursive: true });
  mkdirSync(join(person.folder, 'out'));
  person.own(join(person.folder, 'out'));
  const contexts = join(person.folder, 'contexts');
  const owner = ordinaryUser();
  const ordinary: Builder = {
    name: person.name,
    ossb: (args) => person.ossb(args),
    uses: { folder: person.folder, server: server.url, contexts, dockerfiles: join(person.folder, 'dockerfiles'), owner: [owner.uid, owner.gid] },
  };
  const mirror = ['--registry-mirror', `docker.io=${bases.address}`];
  const check = ['--call', 'check,format=json', '--progress', 'plain'];
  const store = (builder: Builder) => ['--root', join(builder.uses.folder, 'store'), ...mirror];
  const checkWithOssb = (test: Case, paths: Paths) =>
    ossbHere(['build', ...check, ...store(root), '-f', paths.dockerfile, ...paths.flags, ...platform(test), paths.context]);
  const calls = async (test: Case, paths: Paths) => {
    const theirs = await kit.build([...check, '-f', `/host${paths.dockerfile}`, ...seenByBuildKit(paths.flags), ...platform(test), `/host${paths.context}`]);
    return callDifferences(theirs, await checkWithOssb(test, paths));
  };
  const buildWithOssb = async (builder: Builder, test: Case, paths: Paths) => {
    const output = ['-o', `type=oci,dest=${paths.tar}`, ...progress(test), '--network', 'host'];
    return builder.ossb(['build', ...store(builder), ...output, '-f', paths.dockerfile, ...paths.flags, ...platform(test), paths.context]);
  };
  /** One build of a case by every builder that it has. */
  const builds = async (test: Case, nth: number) => {
    const paths = pathsOf(root.uses, test, nth);
    const theirTar = `${paths.tar}-buildkit`;
    const theirs = await buildWithBuildKit(kitOf(test), { ...paths, tar: theirTar }, test);
    const ours = await buildWithOssb(root, test, paths);
    const differences = await outcomeDifferences(test, theirs, ours, theirTar, paths.tar, startedAtSeconds, layers);
    if (test.comparesCached === true) differences.push(...cachedDifferences(theirs.stderr, ours.stderr));
    // A build reports the warnings of the stages that it needs. Where that may not be all of them, and of a build that fails, the checks are asked for.
    if (test.compares === 'both' && (theirs.exitCode !== 0 || hasSeveralStages(paths.dockerfile))) differences.push(...(await calls(test, paths)));
    else if (test.compares === 'both') differences.push(...warningsOfCall(await checkWithOssb(test, paths), warningsOfBuild(paths.metadata)));
    if (isForOrdinaryUser(test)) {
      const theirPaths = pathsOf(ordinary.uses, test, nth);
      const built = await buildWithOssb(ordinary, test, theirPaths);
      const found = await outcomeDifferences(test, theirs, built, theirTar, theirPaths.tar, startedAtSeconds, layers);
      differences.push(...found.map((one) => ({ ...one, where: `as ${ordinary.name}: ${one.where}` })));
      rmSync(theirPaths.tar, { force: true });
    }
    for (const file of [theirTar, paths.tar, paths.metadata]) rmSync(file, { force: true });
    return nth === 0 ? differences : differences.map((one) => ({ ...one, where: `build ${nth + 1}: ${one.where}` }));
  };
  return {
    buildkit: (test) => {
      prepare(root.uses, test, 0);
      return buildWithBuildKit(kitOf(test), pathsOf(root.uses, test, 0), test);
    },
    async compare(test) {
      const differences: Difference[] = [];
      for (let nth = 0; nth <= (test.rebuilds ?? []).length; nth++) {
        prepare(root.uses, test, nth);
        if (isForOrdinaryUser(test)) prepare(ordinary.uses, test, nth);
        differences.push(...(await (test.compares === 'checks' ? calls(test, pathsOf(root.uses, test, nth)) : builds(test, nth))));
      }
      return sortOut(test, differences);
    },
    async close() {
      await Promise.all([kit.close(), quickKit.close()]);
      await Promise.all([bases.close(), server.close()]);
      person.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** OSSB, run by someone. */
interface Builder {
  readonly name: string;
  ossb(args: readonly string[]): Promise<CommandResult>;
  readonly uses: Surroundings;
}

/** Where a builder finds things. */
interface Surroundings {
  /** For its output, which it may write to. */
  readonly folder: string;
  readonly contexts: string;
  /** The folder of the Dockerfiles of cases that have one. */
  readonly dockerfiles: string;
  readonly server: string;
  /** Whoever owns the contexts, instead of the owners that a case asks for. */
  readonly owner?: readonly [uid: number, gid: number];
}

interface Paths {
  readonly context: string;
  readonly dockerfile: string;
  readonly flags: readonly string[];
  /** The image, an OCI layout. */
  readonly tar: string;
  /** What BuildKit says of the build, its warnings too. */
  readonly metadata: string;
}

/** One made case in three and one of test/dockerfiles in eight, always the same ones. */
export function isForOrdinaryUser(test: Case): boolean {
  if (test.onlyRoot !== undefined || test.compares === 'checks' || test.rejects === true || test.platform !== undefined) return false;
  return createHash('sha256').update(test.name).digest().readUInt16BE(7) % ('file' in test.dockerfile ? 8 : 3) === 0;
}

/** Makes the context of a case's first build, or changes it for a later one. */
function prepare(uses: Surroundings, test: Case, nth: number): void {
  const { context, dockerfile } = pathsOf(uses, test, nth);
  const fixture = nth > 0 ? undefined : hasOwnContext(test) ? (test.context ?? { ...usualContext, ...test.extra }) : usualContext;
  if (fixture !== undefined && !existsSync(context)) makeFixture(context, owned(fixture, uses.owner));
  const changes = Object.entries(test.rebuilds?.[nth - 1]?.changes ?? {});
  for (const [path] of changes) rmSync(join(context, path), { recursive: true, force: true });
  const made = changes.flatMap(([path, entry]) => (entry === null ? [] : [[path, entry] as const]));
  if (made.length > 0) makeFixture(context, owned(Object.fromEntries(made), uses.owner));
  const text = test.rebuilds?.slice(0, nth).findLast((one) => one.text !== undefined)?.text ?? ('text' in test.dockerfile ? test.dockerfile.text : undefined);
  if (text === undefined) return;
  mkdirSync(dirname(dockerfile), { recursive: true });
  writeFileSync(dockerfile, text);
}

function hasOwnContext(test: Case): boolean {
  return test.context !== undefined || test.extra !== undefined || test.rebuilds !== undefined;
}

function owned(fixture: Fixture, owner: readonly [number, number] | undefined): Fixture {
  if (owner === undefined) return fixture;
  const entries = Object.entries(fixture).map(([path, entry]) => [path, { ...(typeof entry === 'string' ? { text: entry } : entry), owner }] as const);
  return Object.fromEntries(entries);
}

function pathsOf(uses: Surroundings, test: Case, nth: number): Paths {
  const own = test.name.replaceAll('/', '-');
  const context = join(uses.contexts, hasOwnContext(test) ? own : 'usual');
  const file = 'file' in test.dockerfile ? join(uses.dockerfiles, relative(dockerfilesFolder, test.dockerfile.file)) : undefined;
  const flags = test.rebuilds?.slice(0, nth).findLast((one) => one.flags !== undefined)?.flags ?? test.flags;
  const replace = (flag: string) => flag.replaceAll('$CONTEXT', context).replaceAll('$SERVER', uses.server).replaceAll('$DIR', uses.dockerfiles);
  return {
    context,
    dockerfile: file ?? join(uses.folder, 'texts', `${own}.Dockerfile`),
    flags: flags.map(replace),
    tar: join(uses.folder, 'out', `${own}.tar`),
    metadata: join(uses.folder, 'out', `${own}.json`),
  };
}

function progress(test: Case): readonly string[] {
  return ['--progress', test.comparesCached === true ? 'rawjson' : 'plain'];
}

async function buildWithBuildKit(kit: BuildKit, paths: Paths, test: Case): Promise<CommandResult> {
  const output = ['--provenance=false', '-o', `type=oci,dest=/host${paths.tar}`, '--metadata-file', `/host${paths.metadata}`];
  const flags = [...progress(test), ...output, '-f', `/host${paths.dockerfile}`, ...seenByBuildKit(paths.flags), ...platform(test)];
  const build = () => kit.build([...flags, `/host${paths.context}`], { timeoutMs: 300_000 });
  const result = await build();
  // A race in BuildKit, where many stages commit equal snapshots at once.
  return result.exitCode !== 0 && /snapshot \w+ does not exist/.test(result.stderr) ? build() : result;
}

function hasSeveralStages(file: string): boolean {
  return (readFileSync(file, 'utf8').match(/^\s*FROM\s/gim) ?? []).length > 1;
}

/** Its client sees this machine's files under /host. */
function seenByBuildKit(flags: readonly string[]): string[] {
  return flags.map((flag) => flag.replace(/(^|=)\/(?!\/)/g, '$1/host/'));
}

function platform(test: Case): readonly string[] {
  return test.platform === undefined ? [] : ['--platform', test.platform];
}

async function outcomeDifferences(
  test: Case,
  theirs: CommandResult,
  ours: CommandResult,
  theirTar: string,
  ourTar: string,
  startedAtSeconds: number,
  layers: ReadLayers,
): Promise<Difference[]> {
  const rejected = theirs.exitCode !== 0;
  if (test.rejects !== 'either' && rejected !== test.rejects)
    throw new Error(`${test.name}: BuildKit was to ${test.rejects ? 'refuse' : 'build'} this, but:\n${theirs.stderr}`);
  if (rejected !== (ours.exitCode !== 0)) {
    return [{ where: 'outcome', buildkit: rejected ? lastLines(theirs.stderr) : 'built', ossb: ours.exitCode === 0 ? 'built' : lastLines(ours.stderr) }];
  }
  // Whatever a user can write, the answer to it is a message and not a stack.
  if (rejected && /^ +at .*:\d+:\d+\)?$/m.test(ours.stderr)) return [{ where: 'message', buildkit: lastLines(theirs.stderr), ossb: ours.stderr.slice(-1500) }];
  if (rejected) return [];
  const buildkit = await readOciTar(theirTar, layers);
  const image = await readOciTar(ourTar, layers);
  const shared = new Set(image.manifest.layers.map(({ digest }) => digest).filter((digest) => buildkit.manifest.layers?.some((one) => one.digest === digest)));
  // Those of a base are kept for the next case.
  for (const { digest } of [...(buildkit.manifest.layers ?? []), ...image.manifest.layers]) if (!shared.has(digest)) layers.delete(digest);
  return imageDifferences(buildkit, image, startedAtSeconds);
}

function sortOut(test: Case, differences: readonly Difference[]): Comparison {
  const explained: { difference: Difference; known: KnownDifference }[] = [];
  const unexplained: Difference[] = [];
  for (const difference of differences) {
    const known = knownDifferences.find(
      (k) => matches(k.case, test.name) && matches(`${k.where}*`, difference.where) && matches(`${k.buildkit ?? ''}*`, difference.buildkit),
    );
    if (known === undefined) unexplained.push(difference);
    else explained.push({ difference, known });
  }
  return { case: test, unexplained, explained };
}

function matches(pattern: string, name: string): boolean {
  return new RegExp(
    `^${pattern
      .split('*')
      .map((part) => RegExp.escape(part))
      .join('.*')}$`,
    's',
  ).test(name);
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-8).join('\n');
}
