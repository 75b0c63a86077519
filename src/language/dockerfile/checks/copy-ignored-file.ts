import { ignoreMatcher } from '../../../core/match/index.ts';
import { cleanGoPath } from '../../../core/go/index.ts';
import { neededInstructions } from '../evaluate/trace.ts';
import { type Rule, quoted } from './rule.ts';

/** With exceptions in the ignore file nobody can tell without reading the context, so then nothing is said. */
export const copyIgnoredFile: Rule = {
  name: 'CopyIgnoredFile',
  description: 'Attempting to Copy file that is excluded by .dockerignore',
  url: 'https://docs.docker.com/go/dockerfile/rule/copy-ignored-file/',
  *find({ trace, ignorePatterns: patterns }) {
    if (patterns.length === 0 || patterns.some((pattern) => pattern.trim().startsWith('!'))) return;
    const matcher = ignoreMatcher(patterns);
    const ignoresAll = patterns.some((pattern) => ['*', '**', '**/*'].includes(cleanGoPath(pattern.trim())));
    for (const at of neededInstructions(trace)) {
      const { values } = at;
      if ((values.kind !== 'copy' && values.kind !== 'add') || values.instruction.from !== undefined) continue;
      for (const word of values.sources) {
        if (values.kind === 'add' && isRemote(word)) continue;
        const source = cleanGoPath(word);
        if ((source === '.' || source === '/') && !ignoresAll) continue;
        // as BuildKit has it, the path counts as written and only the folder above it is cleaned
        const folder = cleanGoPath(word.slice(0, word.lastIndexOf('/') + 1));
        if (!matcher.matches(word) && (folder === '.' || !matcher.ignored(folder))) continue;
        const command = values.kind === 'copy' ? 'Copy' : 'Add';
        yield { message: `Attempting to ${command} file ${quoted(word)} that is excluded by .dockerignore`, at };
      }
    }
  },
};

function isRemote(source: string): boolean {
  return /^(?:https?|git|ssh):\/\/|^git@[^/]+:/.test(source);
}
