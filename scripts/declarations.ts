/** Writes the types of the two entries, and of what they name, into dist/types. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const outdir = join(root, 'dist/types');
const emitted = mkdtempSync(join(tmpdir(), 'ossb-types-'));
/** `from './x.ts'` and `import('./x.ts')`. */
const relativeImport = /(?:\bfrom\s*|\bimport\(\s*)['"](\.[^'"]*)['"]/g;
try {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { status } = spawnSync(tsc, ['-p', join(root, 'tsconfig.declarations.json'), '--outDir', emitted], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the declarations could not be made');
  rmSync(outdir, { recursive: true, force: true });
  for (const file of reachable(['index.d.ts', 'language/dockerfile/index.d.ts'])) write(file);
} finally {
  rmSync(emitted, { recursive: true });
}

/** The entries and all that they import: the declarations of everything else would be published for nobody. */
function reachable(entries: readonly string[]): ReadonlySet<string> {
  const files = new Set(entries);
  for (const file of files) {
    const text = readFileSync(join(emitted, file), 'utf8');
    for (const [, path = ''] of text.matchAll(relativeImport)) files.add(relative('.', join(dirname(file), path.replace(/\.ts$/, '.d.ts'))));
  }
  return files;
}

/** tsc leaves the ending of the sources in import paths, which other projects are not allowed to import. */
function write(file: string): void {
  const text = readFileSync(join(emitted, file), 'utf8');
  mkdirSync(dirname(join(outdir, file)), { recursive: true });
  writeFileSync(
    join(outdir, file),
    text.replaceAll(relativeImport, (found) => found.replace(/\.ts(['"])$/, '.js$1')),
  );
}
