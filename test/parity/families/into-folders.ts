import { untidy } from '../bases/index.ts';
import type { Case } from '../case.ts';
import { familyCase, pairs } from './family.ts';

const folders = [
  'sticky',
  'setgid',
  'private',
  'none',
  'owned',
  'xattr',
  'ancient',
  'deep',
  'deep/a',
  'deep/a/b',
  'empty',
  'link',
  'absolute',
  'up',
  'dangling',
] as const;

/** Ways to put something into a folder that is there already; `$` is the folder. */
const ways: Readonly<Record<string, readonly string[]>> = {
  'copy-file': ['COPY hello.txt $/'],
  'copy-file-deeper': ['COPY hello.txt $/new/er/'],
  'copy-over': ['COPY other.txt $/below'],
  'copy-folder': ['COPY dir $/'],
  'copy-chown-chmod': ['COPY --chown=21:22 --chmod=0604 dir/sub $/s/'],
  'copy-link': ['COPY --link hello.txt $/'],
  'copy-from-stage': ['COPY --from=other /odd/ $/'],
  'add-archive': ['ADD plain.tar $/'],
  'add-file': ['ADD --chown=nobody hello.txt $/sub/'],
  heredoc: ['COPY <<one <<two $/', '1', 'one', '2', 'two'],
  workdir: ['WORKDIR $'],
  'workdir-deeper': ['WORKDIR $/w/x', 'COPY hello.txt .'],
};

/** COPY, ADD, heredocs and WORKDIR into folders with odd modes, owners, times, xattrs and links; looked at by a step, and done again on top of that. */
export function intoFolders(): Case[] {
  return pairs(Object.keys(ways), folders).map(([way, folder]) => {
    const lines = ways[way]!.map((line) => line.replaceAll('$', `/odd/${folder}`));
    const other =
      way === 'copy-from-stage' ? [`FROM ${untidy('tidy')} AS other`, 'RUN mkdir -p -m 2750 /odd/n && echo n >/odd/n/n && chown 5:6 /odd /odd/n'] : [];
    const text = [...other, `FROM ${untidy('odd')}`, ...lines, `RUN snap 1; touch /odd/${folder}/by-step || true`, ...lines, 'RUN snap 2'];
    return familyCase(`into/${way}-${folder.replaceAll('/', '-')}`, text);
  });
}
