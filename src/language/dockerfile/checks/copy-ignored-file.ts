import { ignoreMatcher } from '../../../core/match/index.ts';
import { cleanGoPath } from '../../../core/go/index.ts';
import { type Rule, quoted } from './rule.ts';

/** With exceptions in the ignore file nobody can tell without reading the context, so then nothing is said. */
export const copyIgnoredFile: Rule = {
  name: 'CopyIgnoredFile',
  description: 'Attempting to Copy file that is excluded by .dockerignore',
  url: 'https://docs.docker.com/go/dockerfile/rule/copy-ignored-file/',
  *find({ stages, context }) {
    const patterns = context.ignorePatterns ?? [];
    if (patterns.length === 0 || patterns.some((pattern) => pattern.trim().startsWith('!'))) return;
    const matcher = ignoreMatcher(patterns);
    const ignoresAll = patterns.some((pattern) => ['*', '**', '**/*'].includes(cleanGoPath(pattern.trim())));
    for (const { instruction, at, words } of stages.flatMap(({ steps }) => steps)) {
      if ((instruction.kind !== 'copy' && instruction.kind !== 'add') || instruction.from !== undefined) continue;
      for (const word of words) {
        if (instruction.kind === 'add' && isRemote(word)) continue;
        const source = cleanGoPath(word);
        if ((source === '.' || source === '/') && !ignoresAll) continue;
        // as BuildKit has it, the path counts as written and only the folder above it is cleaned
        const folder = cleanGoPath(word.slice(0, word.lastIndexOf('/') + 1));
        if (!matcher.matches(word) && (folder === '.' || !matcher.ignored(folder))) continue;
        const command = instruction.kind === 'copy' ? 'Copy' : 'Add';
        yield { message: `Attempting to ${command} file ${quoted(word)} that is excluded by .dockerignore`, at };
      }
    }
  },
};

function isRemote(source: string): boolean {
  return /^(?:https?|git|ssh):\/\/|^git@[^/]+:/.test(source);
}
