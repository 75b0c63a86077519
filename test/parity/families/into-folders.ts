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
  const cases = pairs(Object.keys(ways), folders).map(([way, folder]) => {
    const lines = ways[way]!.map((line) => line.replaceAll('$', `/odd/${folder}`));
    const other =
      way === 'copy-from-stage' ? [`FROM ${untidy('tidy')} AS other`, 'RUN mkdir -p -m 2750 /odd/n && echo n >/odd/n/n && chown 5:6 /odd /odd/n'] : [];
    const text = [...other, `FROM ${untidy('odd')}`, ...lines, `RUN snap 1; touch /odd/${folder}/by-step || true`, ...lines, 'RUN snap 2'];
    return familyCase(`into/${way}-${folder.replaceAll('/', '-')}`, text);
  });
  return [...cases, besideCapabilities];
}

/** A folder with an xattr and, beside it and in it, a file with capabilities, which a change of its folder must not take from it. */
const besideCapabilities = familyCase('into/folder-beside-capabilities', [
  `FROM ${untidy('xattrs')}`,
  'COPY hello.txt /xd/',
  'ADD plain.tar /xd/t/',
  'WORKDIR /xd/w',
  'RUN snap 1; cp -p /able /xd/able',
  'COPY other.txt /xd/',
  'COPY hello.txt /',
  'RUN snap 2',
]);
