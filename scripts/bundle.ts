/** Bundles the command, the worker and the library into dist/. */
import { rmSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outdir = join(root, 'dist');
rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'src/cli/main.ts',
    worker: 'src/worker/main.ts',
    index: 'src/index.ts',
    dockerfile: 'src/dockerfile/index.ts',
  },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  packages: 'external',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  chunkNames: '[hash]',
});
await build({
  absWorkingDir: root,
  stdin: {
    contents: `import { enableCompileCache } from 'node:module';\nimport { homedir } from 'node:os';\nenableCompileCache(\`\${process.env.XDG_CACHE_HOME || homedir() + '/.cache'}/ossb/compile\`);\nawait import('./main.js');`,
    resolveDir: root,
  },
  outfile: join(outdir, 'ossb.js'),
  format: 'esm',
  platform: 'node',
  banner: { js: '#!/usr/bin/env node' },
});
chmodSync(join(outdir, 'ossb.js'), 0o755);
