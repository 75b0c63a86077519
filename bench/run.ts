// Builds seeded workloads with OSSB, Docker's BuildKit (its daemon warm) and buildah in turn, all on a tmpfs and pushing to one local registry, and writes the table.
// usage: npm run bench -- [--only NAME,...] [--builders ossb,buildkit,buildah] [--iterations N] [--page FILE] [--json FILE]
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBases } from '../scripts/local/bases.ts';
import { startRegistry } from '../scripts/local/registry.ts';
import { peersMissing } from '../test/harness/buildkit.ts';
import { pushBenchBase } from './base.ts';
import { buildahBuilder, buildKitBuilder, ossbBuilder } from './builders.ts';
import type { Builder } from './builders.ts';
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
  const base = `${registry.address}/${await pushBenchBase(bases.address, registry.address, folder)}`;
  const results = workload.phases.map(
    () =>
      new Map(
        builders.map((builder) => [builder.name, { timesMs: [] as number[], memory: { rssBytes: 0, pssBytes: 0 }, failed: undefined as string | undefined }]),
      ),
  );
  const iterations = Number(values.iterations ?? workload.iterations);
  // The last round is for memory alone: looking at processes takes time from them.
  for (let iteration = 0; iteration <= iterations; iteration++) {
    for (const builder of builders) {
      const sampling = iteration === iterations;
      if (!sampling && iteration >= (builder.iterationLimit ?? iterations)) continue;
      await round(workload, builder, iteration, { base, context, registry: registry.address, sampling }, results);
    }
  }
  await registry.close();
  rmSync(join(folder, 'registry'), { recursive: true });
  rmSync(context, { recursive: true });
  return workload.phases.map((phase, i) => {
    const row: Row = {
      title: phase.title,
      results: Object.fromEntries([...results[i]!].map(([name, { failed, ...rest }]) => [name, failed === undefined ? rest : { ...rest, failed }])),
    };
    console.log(
      `${phase.title}: ${[...results[i]!].map(([name, r]) => `${name} ${r.failed ?? `${median(r.timesMs).toFixed(0)} ms`} (${r.timesMs.map((ms) => ms.toFixed(0)).join(' ')}; ${(r.memory.rssBytes / 1e6).toFixed(0)} MB)`).join(', ')}`,
    );
    return row;
  });
}

interface Surroundings {
  readonly base: string;
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
      writeFileSync(dockerfile, `FROM ${around.base}\nRUN true\n`);
      await builder.build({ context: around.context, dockerfile, image: `${image}-primer` });
    }
    writeFileSync(dockerfile, workload.dockerfile(around.base, stamp));
    phase.change?.(around.context, stamp);
    const into = results[i]!.get(builder.name)!;
    const sampler = around.sampling ? sampleMemory(builder.programs, builder.daemonPids()) : undefined;
    const result = await builder.build({ context: around.context, dockerfile, image, ...(sampler && { onStart: sampler.add }) });
    const memory = sampler?.stop();
    if (result.exitCode !== 0) into.failed = `failed: ${result.stderr.trim().split('\n').slice(-12).join('\n')}`;
    else if (memory === undefined) into.timesMs.push(result.timeMs);
    else into.memory = memory;
  }
}
