import { resolve } from 'node:path';
import type { Annotation, BuildRequest, Entitlement, Output } from '../request/index.ts';
import { nodePlatform, parsePlatform, parseReference, formatPlatform, type Platform } from '../../core/oci/index.ts';
import type { ParsedFlags } from './flags/flag.ts';
import type { FileSettings } from './settings.ts';
import { Faults, parseFlagValue, usageError } from './usage-error.ts';
import { parseAddHost } from './values/add-host.ts';
import { parseAnnotation } from './values/annotation.ts';
import { parseBuildContext, parseContext } from './values/context.ts';
import { parseOutput } from './values/output.ts';
import { parseInsecureRegistry, parseMirror } from './values/registry.ts';
import { parseSecret } from './values/secret.ts';
import { parseSize } from './values/size.ts';
import { parseSsh } from './values/ssh.ts';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Archives are not written to a terminal. */
  readonly stdout: { readonly isTerminal: boolean };
}

/** What the flags of `ossb build` ask for. Faults are added to `faults`; then the request is not to be used. */
export function toBuildRequest(flags: ParsedFlags, settings: FileSettings, surroundings: Surroundings, faults: Faults): BuildRequest {
  const { env, cwd } = surroundings;
  const tags = faults.attemptEach(flags.list('tag'), parseTag);
  const secrets = faults.attemptEach(flags.list('secret'), (text) => parseSecret(text, env));
  const contexts = faults.attemptEach(flags.list('build-context'), (text) => parseBuildContext(text, cwd));
  const file = flags.string('file');
  const target = flags.string('target');
  const platforms = parsePlatforms(flags, faults);
  const { outputs, annotations } = parseOutputs(flags, tags, surroundings, faults);
  const noCacheFilter = flags.list('no-cache-filter').flatMap((text) => text.split(',').filter((stage) => stage !== ''));
  const network = parseNetwork(flags.string('network'), faults);
  const shmSize = flags.string('shm-size');
  const shmSizeBytes = shmSize === undefined ? undefined : faults.attempt(() => parseSize(shmSize, '--shm-size'));
  const cacheNamespace = flags.string('cache-namespace');
  const root = flags.string('root');
  return {
    context: parseContextArgument(flags, cwd, faults),
    ...(file === undefined || file === '' ? {} : { file }),
    ...(target === undefined || target === '' ? {} : { target }),
    tags,
    buildArgs: Object.fromEntries(faults.attemptEach(flags.list('build-arg'), parseBuildArg)),
    buildContexts: Object.fromEntries(contexts.map(({ name, source }) => [name, source])),
    labels: Object.fromEntries(faults.attemptEach(flags.list('label'), parseLabel)),
    annotations,
    secrets: Object.fromEntries(secrets.map(({ id, source }) => [id, source])),
    ssh: faults.attemptEach(flags.list('ssh'), parseSsh),
    ...(platforms.length === 0 ? {} : { platforms }),
    ...(outputs === undefined ? {} : { outputs }),
    noCache: flags.bool('no-cache') ?? false,
    ...(noCacheFilter.length === 0 ? {} : { noCacheFilter }),
    pull: flags.bool('pull') ?? false,
    ...(network === undefined ? {} : { network }),
    addHosts: faults.attemptEach(flags.list('add-host'), parseAddHost),
    ...(shmSizeBytes === undefined ? {} : { shmSizeBytes }),
    ...(cacheNamespace === undefined ? {} : { cacheNamespace }),
    allow: faults.attemptEach(flags.list('allow'), parseEntitlement),
    registryMirrors: mergeMirrors(faults.attemptEach(flags.list('registry-mirror'), parseMirror), settings),
    ...(settings.cdiFolders.length === 0 ? {} : { cdiFolders: settings.cdiFolders }),
    insecureRegistries: [...new Set([...faults.attemptEach(flags.list('insecure-registry'), parseInsecureRegistry), ...settings.insecureRegistries])],
    ...(root === undefined ? {} : { root: resolve(cwd, root) }),
    call: parseCall(flags, faults).call,
  };
}

/** `--call METHOD[,format=json]`, `--check`. */
export function parseCall(flags: ParsedFlags, faults: Faults): { readonly call: NonNullable<BuildRequest['call']>; readonly json: boolean } {
  const text = flags.string('call') ?? (flags.bool('check') === true ? 'check' : 'build');
  const [name = '', ...options] = text.split(',');
  const call = name === 'lint' ? 'check' : name;
  const json = options.includes('format=json');
  if (call !== 'build' && call !== 'check' && call !== 'outline' && call !== 'targets') {
    faults.add(usageError('FLAG_VALUE', `Cannot use --call ${JSON.stringify(text)}: it is none of build, check, outline, targets`));
    return { call: 'build', json };
  }
  if (options.some((option) => option !== 'format=json' && option !== 'format=text')) {
    faults.add(usageError('FLAG_VALUE', `Cannot use --call ${JSON.stringify(text)}: after the name may come ,format=json`));
  }
  return { call, json };
}

function parseContextArgument(flags: ParsedFlags, cwd: string, faults: Faults): BuildRequest['context'] {
  if (!flags.allKnown) return { kind: 'dir', path: '.' };
  const [first, ...rest] = flags.args;
  if (first === undefined || rest.length > 0) {
    const found = first === undefined ? 'the context is missing' : `one context is expected, and these are ${flags.args.length}: ${flags.args.join(' ')}`;
    faults.add(
      usageError('ARGUMENTS', `Cannot build: ${found}`, first === undefined ? 'Give the folder with the sources: ossb build .' : "See 'ossb build --help'."),
    );
    return { kind: 'dir', path: '.' };
  }
  const context = faults.attempt(() => parseContext(first, cwd)) ?? { kind: 'dir', path: '.' };
  if (context.kind === 'stdin' && flags.string('file') === '-') {
    faults.add(usageError('ARGUMENTS', 'Cannot build: both the context and the Dockerfile are to come from standard input'));
  }
  return context;
}

function parseOutputs(
  flags: ParsedFlags,
  tags: readonly string[],
  surroundings: Surroundings,
  faults: Faults,
): { outputs: Output[] | undefined; annotations: Annotation[] } {
  const parsed = faults.attemptEach(flags.list('output'), (text) => parseOutput(text, tags));
  const annotations = faults.attemptEach(flags.list('annotation'), (text) => parseAnnotation(text)).flat();
  let outputs = parsed.map((one) => one.output);
  if (flags.bool('push') === true) {
    if (outputs.some((output) => output.kind === 'image')) outputs = outputs.map((output) => (output.kind === 'image' ? { ...output, push: true } : output));
    else outputs.push({ kind: 'image', names: tags, push: true });
  }
  if (flags.bool('load') === true && !outputs.some((output) => output.kind === 'load')) outputs.push({ kind: 'load', names: tags });
  for (const output of outputs) {
    if (output.kind === 'image' && output.push && output.names.length === 0 && flags.list('tag').length === 0) {
      faults.add(usageError('ARGUMENTS', 'Cannot push: the image has no name', 'Name it with -t REGISTRY/NAME:TAG.'));
    }
  }
  const toStdout = outputs.filter((output) => 'dest' in output && output.dest === '-');
  if (toStdout.length > 1) faults.add(usageError('ARGUMENTS', 'Cannot write more than one output to standard output'));
  if (toStdout.length > 0 && surroundings.stdout.isTerminal) {
    faults.add(usageError('ARGUMENTS', 'Cannot write the archive: standard output is a terminal', 'Name a file with dest=FILE, or redirect the output.'));
  }
  if (toStdout.length > 0 && (flags.bool('quiet') === true || flags.string('progress') === 'quiet')) {
    faults.add(usageError('ARGUMENTS', 'Cannot print the digest: the archive goes to standard output', 'Use --iidfile FILE for the digest.'));
  }
  return { outputs: outputs.length === 0 ? undefined : outputs, annotations: [...annotations, ...parsed.flatMap((one) => one.annotations)] };
}

function parsePlatforms(flags: ParsedFlags, faults: Faults): Platform[] {
  const here = nodePlatform(process.platform, process.arch);
  const texts = flags.list('platform').flatMap((text) => text.split(','));
  const platforms = faults.attemptEach(texts, (text) =>
    text.trim() === 'local' ? here : parseFlagValue('--platform', () => parsePlatform(text.trim(), here)),
  );
  return [...new Map(platforms.map((platform) => [formatPlatform(platform), platform])).values()];
}

function parseTag(text: string): string {
  const reference = parseFlagValue('--tag', () => parseReference(text));
  if (reference.digest !== undefined) throw usageError('FLAG_VALUE', `Cannot use --tag ${JSON.stringify(text)}: a new image cannot be named by digest`);
  return text;
}

/** Without a value it comes from the environment. */
function parseBuildArg(text: string): [string, string | undefined] {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  if (name === '') throw usageError('FLAG_VALUE', `Cannot use --build-arg ${JSON.stringify(text)}: the name is missing`, 'Write it as NAME=VALUE.');
  return [name, equals < 0 ? undefined : text.slice(equals + 1)];
}

function parseLabel(text: string): [string, string] {
  const equals = text.indexOf('=');
  const key = equals < 0 ? text : text.slice(0, equals);
  if (key === '') throw usageError('FLAG_VALUE', `Cannot use --label ${JSON.stringify(text)}: the key is missing`, 'Write it as KEY=VALUE.');
  return [key, equals < 0 ? '' : text.slice(equals + 1)];
}

function parseEntitlement(text: string): Entitlement {
  if (text === 'network.host' || text === 'security.insecure' || text === 'device') return text;
  const device = /^device=([^,]+)$/.exec(text)?.[1];
  if (device !== undefined) return `device=${device}`;
  throw usageError('FLAG_VALUE', `Cannot use --allow ${JSON.stringify(text)}: it is none of network.host, security.insecure, device, device=NAME`);
}

function parseNetwork(text: string | undefined, faults: Faults): BuildRequest['network'] {
  if (text === undefined || text === '' || text === 'default') return undefined;
  if (text === 'host' || text === 'none') return text;
  faults.add(usageError('FLAG_VALUE', `Cannot use --network ${JSON.stringify(text)}: it is none of default, host, none`));
  return undefined;
}

/** Mirrors of the command line are tried before those of the configuration files. */
function mergeMirrors(flags: readonly { readonly host: string; readonly mirror: string }[], settings: FileSettings): Record<string, readonly string[]> {
  const merged: Record<string, string[]> = {};
  for (const { host, mirror } of flags) (merged[host] ??= []).push(mirror);
  for (const [host, mirrors] of Object.entries(settings.registryMirrors)) merged[host] = [...new Set([...(merged[host] ?? []), ...mirrors])];
  return merged;
}
