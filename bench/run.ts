// Builds seeded workloads with OSSB, Docker's BuildKit (its daemon warm) and buildah in turn, all on a tmpfs and pushing to one local registry, and writes the table.
// usage: npm run bench -- [--only NAME,...] [--builders ossb,buildkit,buildah] [--iterations N] [--page FILE] [--json FILE] [--compare FILE]
// --compare fails when a ratio to the physical limit is worse than in FILE, which --json wrote, by more than the noise of both runs.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBases } from '../scripts/local/bases.ts';
import { startRegistry } from '../scripts/local/registry.ts';
import { peersMissing } from '../test/harness/buildkit.ts';
import { pushBenchBases, type BenchBases } from './base.ts';
import { buildahBuilder, buildKitBuilder, ossbBuilder } from './builders.ts';
import type { Builder } from './builders.ts';
import { compareRows } from './compare.ts';
import { measureLimit } from './limit.ts';
import { sampleMemory } from './memory.ts';
import { formatTable, insertTable, median } from './report.ts';
import type { Row } from './report.ts';
import { workloads } from './workloads.ts';
import type { Workload } from './workloads.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    builders: { type: 'string', default: 'ossb,buildkit,buildah' },
    iterations: { type: 'string' },
    page: { type: 'string' },
    json: { type: 'string' },
    compare: { type: 'string' },
  },
});
const folder = mkdtempSync('/dev/shm/ossb-bench-');
const wanted = values.builders.split(',');
const missing = peersMissing();
if (missing !== undefined) console.log(`BuildKit and buildah are left out: ${missing}`);
const bases = await startBases(console.log);
const builders: Builder[] = [];
try {
  if (wanted.includes('ossb')) builders.push(ossbBuilder(folder));
  if (wanted.includes('buildkit') && missing === undefined) builders.push(buildKitBuilder(folder, bases.address));
  if (wanted.includes('buildah') && missing === undefined) builders.push(await buildahBuilder(folder));
  const rows: Row[] = [];
  // Written after each workload: a run that is broken off has not been for nothing.
  for (const workload of workloads.filter(({ name }) => values.only === undefined || values.only.split(',').includes(name))) {
    rows.push(...(await measure(workload)));
    const table = formatTable(rows, 'medians; memory is that of all processes of the builder, daemon included, without what the steps run');
    if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(rows, undefined, 2));
    if (values.page !== undefined)
      writeFileSync(values.page, insertTable(existsSync(values.page) ? readFileSync(values.page, 'utf8') : '# Performance\n', table));
  }
  console.log(`\n${formatTable(rows, 'medians')}`);
  if (values.compare !== undefined) {
    const worse = compareRows(JSON.parse(readFileSync(values.compare, 'utf8')) as Row[], rows);
    for (const line of worse) console.log(line);
    if (worse.length > 0) process.exitCode = 1;
  }
} finally {
  for (const builder of builders) await builder.close();
  await bases.close();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(workload: Workload): Promise<Row[]> {
  // A registry of its own for each workload, so that the tmpfs does not fill up.
  const registry = await startRegistry({ folder: join(folder, 'registry') });
  const context = join(folder, 'context');
  mkdirSync(context);
  workload.make(context);
  const names = await pushBenchBases(bases.address, registry.address, folder, workload.limitBase === 'large');
  const full = Object.fromEntries(Object.entries(names).map(([key, name]) => [key, `${registry.address}/${name}`])) as unknown as BenchBases;
  const limits: number[][] = workload.phases.map(() => []);
  const results = workload.phases.map(
    () =>
      new Map(
        builders.map((builder) => [builder.name, { timesMs: [] as number[], memory: { rssBytes: 0, pssBytes: 0 }, failed: undefined as string | undefined }]),
      ),
  );
  const iterations = Number(values.iterations ?? workload.iterations);
  // The last round is for memory alone: looking at processes takes time from them.
  for (let iteration = 0; iteration <= iterations; iteration++) {
    // In turn with the builders: the machine is not equally fast all the time.
    if (iteration < iterations && process.geteuid?.() === 0) {
      for (const [i, { limit }] of workload.phases.entries())
        limits[i]!.push(await measureLimit(limit, { folder, context, registry: registry.address, base: names[workload.limitBase ?? 'base'] }));
    }
    for (const builder of builders) {
      const sampling = iteration === iterations;
      if (!sampling && iteration >= (builder.iterationLimit ?? iterations)) continue;
      await round(workload, builder, iteration, { bases: full, context, registry: registry.address, sampling }, results);
    }
  }
  await registry.close();
  rmSync(join(folder, 'registry'), { recursive: true });
  rmSync(context, { recursive: true });
  return workload.phases.map((phase, i) => {
    const row: Row = {
      title: phase.title,
      limitMs: limits[i]!,
      results: Object.fromEntries([...results[i]!].map(([name, { failed, ...rest }]) => [name, failed === undefined ? rest : { ...rest, failed }])),
    };
    console.log(
      `${phase.title}: limit ${limits[i]!.map((ms) => ms.toFixed(0)).join(' ')}, ${[...results[i]!].map(([name, r]) => `${name} ${r.failed ?? `${median(r.timesMs).toFixed(0)} ms`} (${r.timesMs.map((ms) => ms.toFixed(0)).join(' ')}; ${(r.memory.rssBytes / 1e6).toFixed(0)} MB)`).join(', ')}`,
    );
    return row;
  });
}

interface Surroundings {
  readonly bases: BenchBases;
  readonly context: string;
  readonly registry: string;
  readonly sampling: boolean;
}

type Collected = Map<Builder['name'], { timesMs: number[]; memory: { rssBytes: number; pssBytes: number }; failed: string | undefined }>;

async function round(workload: Workload, builder: Builder, iteration: number, around: Surroundings, results: readonly Collected[]): Promise<void> {
  const stamp = `${workload.name}-${builder.name.toLowerCase()}-${iteration}`;
  const dockerfile = join(folder, 'Dockerfile');
  const image = `${around.registry}/${stamp}:1`;
  for (const [i, phase] of workload.phases.entries()) {
    if (phase.store !== 'keep') await builder.fresh();
    if (phase.store === 'base') {
      writeFileSync(dockerfile, `FROM ${around.bases.base}\nRUN true\n`);
      await builder.build({ context: around.context, dockerfile, image: `${image}-primer` });
    }
    writeFileSync(dockerfile, workload.dockerfile(around.bases, stamp, i));
    phase.change?.(around.context, stamp);
    const into = results[i]!.get(builder.name)!;
    const sampler = around.sampling ? sampleMemory(builder.programs, builder.daemonPids()) : undefined;
    const started = performance.now();
    const all = await Promise.all(
      Array.from({ length: phase.builds ?? 1 }, (_, n) => {
        const own = n === 0 ? dockerfile : `${dockerfile}-${n}`;
        if (n > 0) writeFileSync(own, workload.dockerfile(around.bases, `${stamp}-${n}`, i));
        return builder.build({
          context: around.context,
          dockerfile: own,
          image: n === 0 ? image : image.replace(/:1$/, `-${n}:1`),
          ...(sampler && { onStart: sampler.add }),
        });
      }),
    );
    const timeMs = performance.now() - started;
    const result = all.find(({ exitCode }) => exitCode !== 0) ?? all[0]!;
    const memory = sampler?.stop();
    if (result.exitCode !== 0) into.failed = `failed: ${result.stderr.trim().split('\n').slice(-12).join('\n')}`;
    else if (memory === undefined) into.timesMs.push(timeMs);
    else into.memory = memory;
  }
}
