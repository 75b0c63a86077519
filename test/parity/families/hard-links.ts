import { untidy } from '../bases/index.ts';
import type { Case } from '../case.ts';
import { familyCase } from './family.ts';

/** What later layers do to files that share an inode, or come to. */
const stories: Readonly<Record<string, readonly string[]>> = {
  'to-a-file-below': ['RUN echo a >/a', 'RUN ln /a /b && snap 1', 'RUN snap 2'],
  'to-a-copied-file': ['COPY hello.txt /a', 'RUN ln /a /b', 'RUN snap 1'],
  'to-a-file-of-the-base': ['RUN ln /h/alone /linked && snap 1', 'RUN snap 2'],
  'of-the-base-extended': ['RUN ln /h/one /h/three-more && snap 1', 'RUN snap 2'],
  'of-the-base-changed': ['RUN echo more >>/h/one && snap 1', 'RUN snap 2'],
  'of-the-base-removed': ['RUN rm /h/one && snap 1', 'RUN snap 2'],
  'of-the-base-chowned': ['RUN chown 8:9 /h/two && snap 1', 'RUN snap 2'],
  'of-the-base-chmoded': ['RUN chmod 600 /h/two && snap 1', 'RUN snap 2'],
  'of-the-base-touched': ['RUN touch -t 200102030405.06 /h/two && snap 1', 'RUN snap 2'],
  'of-the-base-renamed': ['RUN mv /h/two /moved && snap 1', 'RUN snap 2'],
  'folder-of-links-renamed': ['RUN mv /h /i && snap 1', 'RUN snap 2'],
  'made-in-one-step': ['RUN mkdir /l && echo l >/l/a && ln /l/a /l/b && ln /l/a /c', 'RUN snap 1', 'RUN echo more >>/c && snap 2', 'RUN snap 3'],
  'over-three-layers': ['RUN echo a >/a', 'RUN ln /a /b', 'RUN ln /b /c && snap 1', 'RUN rm /a && snap 2', 'RUN echo more >>/b && snap 3', 'RUN snap 4'],
  'removed-and-made-again': ['RUN echo a >/a && ln /a /b', 'RUN rm /b && snap 1', 'RUN ln /a /b && snap 2', 'RUN snap 3'],
  'to-a-symlink': ['RUN ln -s /nowhere /s && ln /s /t', 'RUN snap 1'],
  'to-a-symlink-below': ['RUN ln -s /nowhere /s', 'RUN ln /s /t && snap 1', 'RUN snap 2'],
  'to-a-fifo': ['RUN mkfifo /p && ln /p /q', 'RUN snap 1', 'RUN ln /p /r && snap 2'],
  'one-name-replaced': ['RUN echo a >/a && ln /a /b', 'RUN echo other >/n && mv /n /b && snap 1', 'RUN snap 2'],
  'one-name-copied-over': ['RUN echo a >/a && ln /a /b', 'COPY hello.txt /b', 'RUN snap 1'],
  'linked-into-a-copied-folder': ['COPY dir /d', 'RUN ln /d/one.txt /d/sub/uno && snap 1', 'RUN snap 2'],
  'to-a-setuid-file': ['COPY modes/suid /s', 'RUN ln /s /t', 'RUN snap 1'],
  'with-xattrs': ['COPY xattrs/user /x', 'RUN ln /x /y', 'RUN snap 1'],
  'copied-from-the-context': ['COPY hard /hard', 'RUN snap 1', 'RUN echo more >>/hard/a && snap 2'],
  'copied-in-two-steps': ['COPY hard/a /hard/', 'COPY hard/b /hard/', 'RUN snap 1'],
  'changed-by-a-user': ['RUN echo a >/tmp/a && chmod 666 /tmp/a && ln /tmp/a /tmp/b', 'USER 1000', 'RUN echo more >>/tmp/b && snap 1', 'RUN snap 2'],
};

/** The same, looked at through COPY of another stage. */
const copied: Readonly<Record<string, readonly string[]>> = {
  'of-one-layer': ['RUN mkdir /l && echo l >/l/a && ln /l/a /l/b'],
  'of-two-layers': ['RUN mkdir /l && echo l >/l/a', 'RUN ln /l/a /l/b'],
  'of-the-base-and-a-step': ['RUN mkdir /l && ln /h/one /l/a', 'RUN ln /h/two /l/b'],
  'with-one-name-outside': ['RUN mkdir /l && echo l >/l/a && ln /l/a /outside'],
};

export function hardLinks(): Case[] {
  const base = untidy('hard-links');
  return [
    ...Object.entries(stories).map(([name, lines]) => familyCase(`hard/${name}`, [`FROM ${base}`, ...lines])),
    ...Object.entries(copied).flatMap(([name, lines]) =>
      ['', '--link ', '--chown=5:6 '].map((flag) =>
        familyCase(`hard/copied-${flag.replaceAll(/\W/g, '')}${name}`, [
          `FROM ${base} AS from`,
          ...lines,
          `FROM ${untidy('tidy')}`,
          `COPY ${flag}--from=from /l/ /l/`,
          'RUN snap 1',
          `COPY ${flag}--from=from /l/* /again/`,
          'RUN snap 2',
        ]),
      ),
    ),
  ];
}
