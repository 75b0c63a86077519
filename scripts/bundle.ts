/** Bundles the command, the worker and the library into dist/. */
import { chmodSync, copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outdir = join(root, 'dist');

/**
 * Importing a built-in module as an ES module evaluates all of its exports, those that Node makes only on demand included: web crypto with node:crypto, for one. So the
 * bundle asks getBuiltinModule for them, and takes from each only what the sources name.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(context) {
    const used = namesUsedOfBuiltins();
    context.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin', sideEffects: false }));
    context.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      const names = [...(used.get(path) ?? [])].map((name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})();`);
      return { contents: `const builtin = process.getBuiltinModule(${JSON.stringify(path)});\nexport default builtin;\n${names.join('\n')}`, loader: 'js' };
    });
  },
};

/** By built-in module, the names that the sources import from it. */
function namesUsedOfBuiltins(): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>();
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, names = '', module = ''] of text.matchAll(/^import (?!type )(?:\w+, )?\{([^}]*)\} from '(node:[^']+)';/gm)) {
      const set = used.get(module) ?? new Set();
      for (const name of names.split(',').map((part) => part.trim())) if (name !== '' && !name.startsWith('type ')) set.add(name.split(' as ')[0]!);
      used.set(module, set);
    }
    for (const [, names = '', module = ''] of text.matchAll(/const \{([^}]*)\} = await import\('(node:[^']+)'\)/g)) {
      const set = used.get(module) ?? new Set();
      for (const name of names.split(',').map((part) => part.trim())) if (name !== '') set.add(name.split(':')[0]!.trim());
      used.set(module, set);
    }
  }
  return used;
}

const common = {
  absWorkingDir: root,
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node24',
  // All other packages are small and pure, and are bundled.
  external: ['koffi', 'yaml'],
  // Names stay: classes of errors show theirs.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
} satisfies BuildOptions;

rmSync(outdir, { recursive: true, force: true });
// The programs are CommonJS, one file each: Node starts those fastest.
const programs = await build({
  ...common,
  entryPoints: { main: 'src/surface/cli/main.ts', worker: 'src/work/worker/main.ts' },
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  // For the places in messages about internal faults; Node itself does not read them.
  sourcemap: 'external',
  sourcesContent: false,
  define: { 'import.meta.url': 'moduleURL' },
  banner: { js: "const moduleURL = 'file://' + encodeURI(__filename);" },
  plugins: [lazyBuiltins],
});
copyFileSync(join(root, 'bin/launcher.cjs'), join(outdir, 'ossb.cjs'));
chmodSync(join(outdir, 'ossb.cjs'), 0o755);
// The library is read by whichever Node imports it: one that is too old is to say so, and neither fail over its syntax nor over a module that it lacks.
const requireNode =
  "if (Number(process.versions.node.split('.')[0]) < 24) throw new Error(`Cannot use ossb: it needs Node 24 or later; this is Node ${process.versions.node} (${process.execPath})`);";
const library = await build({
  ...common,
  target: 'node20',
  plugins: [lazyBuiltins],
  banner: { js: requireNode },
  entryPoints: { index: 'src/index.ts', dockerfile: 'src/language/dockerfile/index.ts' },
  splitting: true,
  format: 'esm',
  chunkNames: '[hash]',
});
writeFileSync(join(outdir, 'LICENSES.txt'), licensesOf([...Object.keys(programs.metafile.inputs), ...Object.keys(library.metafile.inputs)]));

/** The licenses of the packages whose files were bundled. */
function licensesOf(files: readonly string[]): string {
  const names = new Set(files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []));
  return [...names]
    .sort()
    .map((name) => {
      const folder = join(root, 'node_modules', name);
      const [license] = globSync('{license,LICENSE}*', { cwd: folder });
      if (license === undefined) throw new Error(`${name} has no license file`);
      return `${name}\n\n${readFileSync(join(folder, license), 'utf8').trim()}\n`;
    })
    .join('\n');
}
