import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { noise } from '../test/harness/fixture.ts';
import type { BenchBases } from './base.ts';
import type { LimitWork } from './limit.ts';

/** One row of the table: a timed build, and the state of the store before it. */
export interface Phase {
  readonly title: string;
  /** `fresh`: an empty store. `base`: an empty store that has the base image. `keep`: as the phase before left it. */
  readonly store: 'fresh' | 'base' | 'keep';
  /** Makes the context differ from every build before; `stamp` is new each time. */
  readonly change?: (folder: string, stamp: string) => void;
  /** The same bytes and steps for `measureLimit`. */
  readonly limit: LimitWork;
  /** So many builds at once, each with steps of its own. Default 1. */
  readonly builds?: number;
}

/** A context and a Dockerfile, built in phases by each builder in turn. */
export interface Workload {
  readonly name: string;
  readonly phases: readonly Phase[];
  readonly iterations: number;
  /** Writes the context. */
  readonly make: (folder: string) => void;
  /** `bases` are full names. `phase` counts from 0. */
  readonly dockerfile: (bases: BenchBases, stamp: string, phase: number) => string;
  /** The base that the limit works with. Default `base`. */
  readonly limitBase?: keyof BenchBases;
}

const smallStep = 'mkdir /data && id >/data/id';
const appStep = 'cat /etc/passwd >/bundle.js';
const tenStep = 'find /usr/share -type f | sort | sha256sum >>/list';
/** The base's own programs and libraries, again and again: what real layers are made of. */
const largeStep =
  'i=0 && while [ $(du -sm /big 2>/dev/null | cut -f1 || echo 0)0 -lt 8000 ]; do i=$((i+1)); mkdir -p /big/$i && cp -r /usr/. /big/$i/; done; true';

export const workloads: readonly Workload[] = [
  {
    name: 'small',
    iterations: 7,
    phases: [
      { title: 'Small image on a 75 MB base, cold', store: 'fresh', limit: { pull: true, copies: ['app.conf'], steps: [smallStep] } },
      { title: 'The same, unchanged', store: 'keep', limit: {} },
    ],
    make: (folder) => write(folder, 'app.conf', 'listen=8080\n'),
    dockerfile: ({ base }) => `FROM ${base}\nCOPY app.conf /etc/app.conf\nRUN ${smallStep}\nENV MODE=production\nCMD ["cat", "/etc/app.conf"]\n`,
  },
  {
    name: 'app',
    iterations: 5,
    phases: [
      { title: 'App of 6,000 files in two stages, cold', store: 'fresh', limit: { pull: true, copies: ['src'], steps: [appStep] } },
      { title: 'The same, unchanged', store: 'keep', limit: {} },
      {
        title: 'The same, one file changed',
        store: 'keep',
        limit: { copies: ['src'], steps: [appStep] },
        change: (folder, stamp) => write(folder, 'src/module-7/file-3.js', `// ${stamp}\n`),
      },
    ],
    make: (folder) => {
      for (let i = 0; i < 6000; i++) write(folder, `src/module-${i % 120}/file-${Math.floor(i / 120)}.js`, source(i, 6000));
    },
    dockerfile: ({ base }) =>
      `FROM ${base} AS build\nWORKDIR /src\nCOPY . .\nRUN mkdir /out && cp -r src /out/lib && cat src/module-*/file-1.js >/out/bundle.js\n` +
      `FROM ${base}\nCOPY --from=build /out /app\nCMD ["cat", "/app/bundle.js"]\n`,
  },
  {
    name: 'runs',
    iterations: 5,
    phases: [{ title: '30 RUN steps', store: 'base', limit: { steps: Array.from({ length: 30 }, (_, i) => `echo x >/step-${i}`) } }],
    make: (folder) => write(folder, 'x', 'x'),
    dockerfile: ({ base }, stamp) => `FROM ${base}\n${range(30, (i) => `RUN echo ${stamp} >/step-${i}\n`)}`,
  },
  {
    name: 'copy-300mb',
    iterations: 3,
    phases: [
      {
        title: 'COPY of 300 MB',
        store: 'base',
        limit: { copies: ['data'] },
        change: (folder, stamp) => range(30, (i) => write(folder, `data/${i}/stamp`, stamp)),
      },
    ],
    // Half of it compresses, half does not.
    make: (folder) => {
      for (let i = 0; i < 30; i++) writeFile(folder, `data/${i}/blob`, Buffer.concat([noise(`blob-${i}`, 5_000_000), Buffer.from(source(i, 5_000_000))]));
    },
    dockerfile: ({ base }, stamp) => `FROM ${base}\nCOPY data /data\nLABEL stamp=${stamp}\n`,
  },
  {
    name: 'run-800mb',
    iterations: 3,
    phases: [{ title: 'RUN that writes 800 MB', store: 'base', limit: { steps: [largeStep] } }],
    make: (folder) => write(folder, 'x', 'x'),
    dockerfile: ({ base }, stamp) => `FROM ${base}\nRUN echo ${stamp} >/stamp && ${largeStep}\n`,
  },
  {
    name: 'files-30000',
    iterations: 3,
    phases: [
      { title: '30,000 small files, cold', store: 'fresh', limit: { copies: ['tree'] } },
      { title: 'The same, unchanged', store: 'keep', limit: {} },
    ],
    make: (folder) => {
      for (let i = 0; i < 30_000; i++) write(folder, `tree/${i % 300}/${Math.floor(i / 300)}.txt`, source(i, 300));
    },
    dockerfile: () => 'FROM scratch\nCOPY . /\n',
  },
  {
    name: 'stages',
    iterations: 3,
    phases: [{ title: '8 stages of one second each', store: 'base', limit: { stages: Array.from({ length: 8 }, () => 'sleep 1 && echo x >/made') } }],
    make: (folder) => write(folder, 'x', 'x'),
    dockerfile: ({ base }, stamp) =>
      `${range(8, (i) => `FROM ${base} AS s${i}\nRUN sleep 1 && echo ${stamp}-${i} >/made\n`)}FROM ${base}\n${range(8, (i) => `COPY --from=s${i} /made /made-${i}\n`)}`,
  },
  {
    name: 'link',
    iterations: 5,
    phases: [
      { title: 'COPY --link, cold', store: 'fresh', limit: { copies: ['app.conf'] } },
      { title: 'The same onto an unseen base', store: 'keep', limit: {} },
    ],
    make: (folder) => write(folder, 'app.conf', 'listen=8080\n'),
    dockerfile: ({ base, other }, _stamp, phase) => `FROM ${phase === 0 ? base : other}\nCOPY --link app.conf /etc/app.conf\n`,
  },
  {
    name: 'ten',
    iterations: 3,
    phases: [{ title: 'Ten builds at once, three steps each', store: 'base', builds: 10, limit: { stages: Array.from({ length: 30 }, () => tenStep) } }],
    make: (folder) => write(folder, 'x', 'x'),
    dockerfile: ({ base }, stamp) => `FROM ${base}\nRUN echo ${stamp} >/stamp\nCOPY x /x\n${range(2, () => `RUN ${tenStep}\n`)}`,
  },
  {
    name: 'pull-1gb',
    iterations: 2,
    phases: [{ title: 'Pull of 1 GB in four layers, for a step', store: 'fresh', limit: { pull: true, steps: ['true'] } }],
    make: (folder) => write(folder, 'x', 'x'),
    dockerfile: ({ large }) => `FROM ${large}\nRUN true\n`,
    limitBase: 'large',
  },
];

/** Lines that look like a program and are the same each time. */
function source(seed: number, size: number): string {
  const words = ['const', 'value', 'return', 'request', 'handler', 'await', 'import', 'index', 'response', 'length', 'error', 'map', 'filter', 'state'];
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  const parts: string[] = [];
  for (let length = 0; length < size;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const part = `${words[(state >>> 8) % words.length]}${(state >>> 20) % 97}${(state & 0x70000) === 0 ? '\n' : ' '}`;
    parts.push(part);
    length += part.length;
  }
  return parts.join('').slice(0, size);
}

function range(count: number, text: (i: number) => string | void): string {
  return Array.from({ length: count }, (_, i) => text(i) ?? '').join('');
}

function write(folder: string, path: string, text: string): void {
  writeFile(folder, path, Buffer.from(text));
}

function writeFile(folder: string, path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}
