import { nearest } from '../../core/match/index.ts';
import { baseName, cleanPath, joinPath, resolvePath, type FileTree } from '../../core/tree/index.ts';
import { ContextTree } from './context-tree.ts';
import { OpsError } from './error.ts';
import { NoContext } from './no-context.ts';
import { elements } from './paths.ts';

/** The error for a path that a COPY or ADD names and that is not there, with what may have been meant. */
export async function sourceMissing(path: string, tree: FileTree): Promise<OpsError> {
  const clean = cleanPath(path);
  if (tree instanceof NoContext) {
    return new OpsError('SOURCE_MISSING', `Cannot copy "/${clean}": there is no build context, since only a Dockerfile came on standard input`, {
      family: 'validation',
      hint: 'Give the folder that COPY reads from, and the Dockerfile with -f -: ossb build -f - FOLDER < Dockerfile',
    });
  }
  const where = tree instanceof ContextTree ? 'the build context' : 'the source';
  const ignored = tree instanceof ContextTree ? await tree.ignoredPart(clean) : undefined;
  if (ignored !== undefined) {
    return new OpsError('SOURCE_MISSING', `Cannot copy "/${clean}": it is excluded from the build context`, {
      family: 'validation',
      hint: `The ignore file excludes ${ignored}: add a line "!${clean}" to it, or take the pattern out.`,
    });
  }
  const similar = await similarPath(clean, tree);
  return new OpsError('SOURCE_MISSING', `Cannot copy "/${clean}": not found in ${where}`, {
    family: 'validation',
    hint: similar === undefined ? `Paths of COPY and ADD are relative to the root of ${where}.` : `Did you mean "${similar}"?`,
  });
}

/** A path that is there, each missing element of the given one replaced by the nearest name of its folder. */
async function similarPath(path: string, tree: FileTree): Promise<string | undefined> {
  let found = '';
  for (const part of elements(path)) {
    const { path: at, node } = await resolvePath(tree, joinPath(found, part));
    if (node !== undefined) {
      found = at;
      continue;
    }
    const names = (await tree.list(found)).map((node) => baseName(node.path));
    const other = names.find((name) => name.toLowerCase() === part.toLowerCase()) ?? nearest(part, names, { caseSensitive: true });
    if (other === undefined) return undefined;
    found = joinPath(found, other);
  }
  return found;
}
