/** Bundles the command, the worker and the library into dist/. */
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outdir = join(root, 'dist');

/**
 * Importing a built-in module as an ES module evaluates all of its exports, those that Node makes only on demand included: web crypto with node:crypto, for one. Asked for
 * by getBuiltinModule they stay unmade.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(context) {
    context.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin' }));
    context.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};

const common = {
  absWorkingDir: root,
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node24',
  packages: 'external',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

rmSync(outdir, { recursive: true, force: true });
// The programs are CommonJS, one file each: Node starts those fastest.
await build({
  ...common,
  entryPoints: { main: 'src/cli/main.ts', worker: 'src/worker/main.ts' },
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': 'moduleURL' },
  banner: { js: "const moduleURL = 'file://' + encodeURI(__filename);" },
  plugins: [lazyBuiltins],
});
writeFileSync(
  join(outdir, 'ossb.cjs'),
  `#!/usr/bin/env node
const { enableCompileCache } = require('node:module');
const cache = process.env.XDG_CACHE_HOME || (process.env.HOME ? process.env.HOME + '/.cache' : '');
if (cache) enableCompileCache(cache + '/ossb/compile');
require('./main.cjs');
`,
);
chmodSync(join(outdir, 'ossb.cjs'), 0o755);
await build({
  ...common,
  entryPoints: { index: 'src/index.ts', dockerfile: 'src/dockerfile/index.ts' },
  splitting: true,
  format: 'esm',
  chunkNames: '[hash]',
});
