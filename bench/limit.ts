import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../test/harness/command.ts';

/** The work of a build as its bytes and steps, for programs that do one thing each. */
export interface LimitWork {
  /** The base is downloaded, and unpacked where steps run. Default: it is there. */
  readonly pull?: boolean;
  /** Folders or files of the context that become one layer each. */
  readonly copies?: readonly string[];
  /** Scripts of steps, one after the other, each on what the last one left; what all of them changed becomes one layer. */
  readonly steps?: readonly string[];
  /** Scripts of steps that run side by side on the base. */
  readonly stages?: readonly string[];
}

export interface LimitPlaces {
  /** A folder on a tmpfs. */
  readonly folder: string;
  readonly context: string;
  /** Host and port. */
  readonly registry: string;
  /** The base image in it, without host. */
  readonly base: string;
}

/**
 * How long the machine needs for the same bytes when nothing is decided, checked or remembered, milliseconds: `curl` downloads and uploads, `tar` packs and unpacks,
 * `sha256sum` and `igzip` on all cores, the steps under crun on an overlay. What is there before a build is made before the clock starts.
 */
export async function measureLimit(work: LimitWork, places: LimitPlaces): Promise<number> {
  const folder = join(places.folder, 'limit');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const run = async (lines: readonly string[]): Promise<number> => {
    const script = join(folder, 'work.sh');
    writeFileSync(script, ['set -euo pipefail', `. ${join(import.meta.dirname, 'limit.sh')}`, ...lines].join('\n'));
    const started = performance.now();
    await mustRun(['unshare', '-m', 'bash', script, folder, places.context, places.registry, places.base]);
    return performance.now() - started;
  };
  const hasSteps = (work.steps ?? work.stages ?? []).length > 0;
  const pull = [hasSteps ? 'pull unpack' : ''];
  if (work.pull !== true) await run(pull);
  const time = await run([
    ...(work.pull === true ? pull : []),
    ...(work.copies ?? []).map((path, i) => `tar -C "$context" -cf "$dir/copy-${i}.tar" ${quote(path)}; layer "$dir/copy-${i}.tar"`),
    ...((work.steps ?? []).length > 0 ? ['mkdir "$dir/upper" "$dir/work" "$dir/merged"', 'mount_over upper work merged'] : []),
    ...(work.steps ?? []).map((script) => `step merged ${quote(script)}`),
    ...((work.steps ?? []).length > 0 ? ['umount "$dir/merged"', 'tar -C "$dir/upper" -cf "$dir/steps.tar" .; layer "$dir/steps.tar"'] : []),
    ...(work.stages ?? []).map((script, i) => `stage ${i} ${quote(script)} &`),
    'wait',
    'manifest "${base##*:}" >/dev/null',
  ]);
  rmSync(folder, { recursive: true, force: true });
  return time;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
