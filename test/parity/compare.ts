import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBases } from '../../scripts/local/bases.ts';
import { startBuildKit } from '../harness/buildkit.ts';
import type { BuildKit } from '../harness/buildkit.ts';
import type { CommandResult } from '../harness/command.ts';
import { startFileServer } from '../harness/file-server.ts';
import { makeFixture } from '../harness/fixture.ts';
import { readOciTar } from '../harness/oci-image.ts';
import { ossb } from '../harness/ossb.ts';
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
  /** The start of Difference.where. */
  readonly where: string;
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
  const startedAtSeconds = Math.floor(Date.now() / 1000);
  makeFixture(join(folder, 'contexts/usual'), usualContext);
  const read = (name: string) => readFileSync(join(folder, 'contexts/usual', name));
  const server = await startFileServer(
    { '/file.txt': 'from the server\n', '/archive.tar.gz': read('plain.tar.gz'), '/named': 'named by a header\n', '/noise': read('noise.bin') },
    { '/named': { 'content-disposition': 'attachment; filename="given-name.txt"' } },
  );
  const bases = await startBases(console.log);
  const kit = await startBuildKit(join(folder, 'buildkit'), bases.address);
  const check = ['--call', 'check,format=json', '--progress', 'plain'];
  const ours = ['--root', join(folder, 'store'), '--registry-mirror', `docker.io=${bases.address}`];
  const checkWithOssb = (test: Case, paths: Paths) => ossb(['build', ...check, ...ours, '-f', test.file, ...paths.flags, ...platform(test), paths.context]);
  const calls = async (test: Case, paths: Paths) => {
    const theirs = await kit.build([...check, '-f', `/host${test.file}`, ...seenByBuildKit(paths.flags), ...platform(test), `/host${paths.context}`]);
    return callDifferences(theirs, await checkWithOssb(test, paths));
  };
  const builds = async (test: Case, paths: Paths) => {
    const theirs = await buildWithBuildKit(kit, paths, test);
    const output = ['-o', `type=oci,dest=${paths.ossbTar}`, '--progress', 'plain', '--network', 'host'];
    const built = await ossb(['build', ...ours, ...output, '-f', test.file, ...paths.flags, ...platform(test), paths.context]);
    const differences = await outcomeDifferences(test, theirs, built, paths, startedAtSeconds);
    // A build tells the warnings of the stages that it needs. Where that may not be all of them, and of a build that fails, the checks are asked for.
    if (theirs.exitCode !== 0 || hasSeveralStages(test)) differences.push(...(await calls(test, paths)));
    else differences.push(...warningsOfCall(await checkWithOssb(test, paths), warningsOfBuild(paths.metadata)));
    for (const file of [paths.buildkitTar, paths.ossbTar, paths.metadata]) rmSync(file, { force: true });
    return differences;
  };
  return {
    buildkit: (test) => buildWithBuildKit(kit, prepare(folder, test, server.url), test),
    async compare(test) {
      const paths = prepare(folder, test, server.url);
      return sortOut(test, await (test.checksOnly === true ? calls : builds)(test, paths));
    },
    async close() {
      await kit.close();
      await Promise.all([bases.close(), server.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Paths {
  readonly context: string;
  readonly flags: readonly string[];
  readonly buildkitTar: string;
  readonly ossbTar: string;
  /** What BuildKit says of the build, its warnings too. */
  readonly metadata: string;
}

function prepare(folder: string, test: Case, server: string): Paths {
  const own = test.name.replaceAll('/', '-');
  const ownContext = test.context !== undefined || test.extra !== undefined;
  const context = join(folder, 'contexts', ownContext ? own : 'usual');
  if (ownContext && !existsSync(context)) makeFixture(context, test.context ?? { ...usualContext, ...test.extra });
  mkdirSync(join(folder, 'out'), { recursive: true });
  const replace = (flag: string) => flag.replaceAll('$CONTEXT', context).replaceAll('$SERVER', server).replaceAll('$DIR', dockerfilesFolder);
  const out = (builder: string) => join(folder, 'out', `${own}-${builder}.tar`);
  return { context, flags: test.flags.map(replace), buildkitTar: out('buildkit'), ossbTar: out('ossb'), metadata: join(folder, 'out', `${own}.json`) };
}

function buildWithBuildKit(kit: BuildKit, paths: Paths, test: Case): Promise<CommandResult> {
  const flags = [
    '--progress',
    'plain',
    '--provenance=false',
    '-o',
    `type=oci,dest=/host${paths.buildkitTar}`,
    '--metadata-file',
    `/host${paths.metadata}`,
    '-f',
    `/host${test.file}`,
  ];
  return kit.build([...flags, ...seenByBuildKit(paths.flags), ...platform(test), `/host${paths.context}`], { timeoutMs: 120_000 });
}

function hasSeveralStages({ file }: Case): boolean {
  return (readFileSync(file, 'utf8').match(/^\s*FROM\s/gim) ?? []).length > 1;
}

/** Its client sees this machine's files under /host. */
function seenByBuildKit(flags: readonly string[]): string[] {
  return flags.map((flag) => flag.replace(/(^|=)\/(?!\/)/g, '$1/host/'));
}

function platform(test: Case): readonly string[] {
  return test.platform === undefined ? [] : ['--platform', test.platform];
}

async function outcomeDifferences(test: Case, theirs: CommandResult, ours: CommandResult, paths: Paths, startedAtSeconds: number): Promise<Difference[]> {
  const rejected = theirs.exitCode !== 0;
  if (rejected !== test.rejects) throw new Error(`${test.name}: BuildKit was to ${test.rejects ? 'refuse' : 'build'} this, but:\n${theirs.stderr}`);
  if (rejected !== (ours.exitCode !== 0)) {
    return [{ where: 'outcome', buildkit: rejected ? lastLines(theirs.stderr) : 'built', ossb: ours.exitCode === 0 ? 'built' : lastLines(ours.stderr) }];
  }
  // Whatever a user can write, the answer to it is a message and not a stack.
  if (rejected && /^ +at .*:\d+:\d+\)?$/m.test(ours.stderr)) return [{ where: 'message', buildkit: lastLines(theirs.stderr), ossb: ours.stderr.slice(-1500) }];
  if (rejected) return [];
  return imageDifferences(await readOciTar(paths.buildkitTar), await readOciTar(paths.ossbTar), startedAtSeconds);
}

function sortOut(test: Case, differences: readonly Difference[]): Comparison {
  const explained: { difference: Difference; known: KnownDifference }[] = [];
  const unexplained: Difference[] = [];
  for (const difference of differences) {
    const known = knownDifferences.find((k) => matches(k.case, test.name) && difference.where.startsWith(k.where));
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
  ).test(name);
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-8).join('\n');
}
