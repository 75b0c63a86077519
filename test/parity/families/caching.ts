import { untidy } from '../bases/index.ts';
import type { Case, Rebuild } from '../case.ts';
import { familyCase } from './family.ts';
import type { Fixture } from '../../harness/fixture.ts';

const base = untidy('tidy');

/** A Dockerfile, its context, and builds of it after changes: which steps of each are taken from the cache is compared. */
interface Story {
  readonly lines: readonly string[];
  readonly context?: Fixture;
  readonly flags?: readonly string[];
  readonly rebuilds: readonly Rebuild[];
}

const context: Fixture = { f: 'f\n', g: 'g\n', 'd/': '', 'd/a': 'a\n', 'd/b': { text: 'b\n', mode: '640' }, l: { link: 'f' } };
const copies = ['COPY f /f', 'RUN cat /f >/r1', 'COPY g /g', 'RUN cat /g >/r2', 'COPY d /d', 'RUN ls /d >/r3'];
/** BuildKit's client sends a file again only where its size or its time is another. */
const otherOfSameSize = { text: 'e\n', mtime: 1_600_000_000 };
const again: Rebuild = {};
const arg = (...pairs: string[]): Rebuild => ({ flags: pairs.flatMap((pair) => ['--build-arg', pair]) });
const text = (...lines: string[]): Rebuild => ({ text: lines.join('\n') });

const stories: Readonly<Record<string, Story>> = {
  'nothing-changes': { lines: copies, rebuilds: [again] },
  'content-changes': { lines: copies, rebuilds: [{ changes: { g: 'other\n' } }, { changes: { g: 'g\n' } }] },
  'content-changes-alone': { lines: ['COPY f /f', 'RUN cat /f >/r'], rebuilds: [{ changes: { f: 'e\n' } }] },
  'time-changes': { lines: copies, rebuilds: [{ changes: { f: { text: 'f\n', mtime: 1_700_000_000 } } }] },
  'mode-changes': { lines: copies, rebuilds: [{ changes: { f: { text: 'f\n', mode: '600' } } }] },
  'owner-changes': { lines: copies, rebuilds: [{ changes: { f: { text: 'f\n', owner: [5, 6] } } }] },
  'file-renamed-in-folder': { lines: copies, rebuilds: [{ changes: { 'd/a': null, 'd/c': 'a\n' } }] },
  'file-added-to-folder': { lines: copies, rebuilds: [{ changes: { 'd/c': '' } }] },
  'file-removed-from-folder': { lines: copies, rebuilds: [{ changes: { 'd/b': null } }] },
  'folder-mode-changes': { lines: copies, rebuilds: [{ changes: { 'd/': { mode: '700' }, 'd/a': 'a\n', 'd/b': { text: 'b\n', mode: '640' } } }] },
  'source-renamed': { lines: copies, rebuilds: [{ changes: { f: null, h: 'f\n' }, text: ['COPY h /f', ...copies.slice(1)].join('\n') }] },
  'file-becomes-link': { lines: copies, rebuilds: [{ changes: { f: { link: 'g' } } }] },
  'link-target-changes': { lines: ['COPY l /l', 'RUN cat /l >/r', 'COPY d /d'], rebuilds: [{ changes: { f: 'other\n' } }, { changes: { l: { link: 'g' } } }] },
  'unused-file-changes': { lines: ['COPY f /f', 'RUN true'], rebuilds: [{ changes: { g: 'other\n' } }] },
  'ignored-file-changes': {
    lines: ['COPY . /all/', 'RUN ls /all >/r'],
    context: { ...context, '.dockerignore': 'g\n' },
    rebuilds: [{ changes: { g: 'other\n' } }, { changes: { '.dockerignore': 'g\nf\n' } }],
  },
  'ignore-file-changes-nothing': { lines: ['COPY d /d', 'RUN ls /d >/r'], context, rebuilds: [{ changes: { '.dockerignore': 'nothing\n' } }] },
  'used-arg-changes': { lines: ['ARG A=1', 'COPY f /f', 'RUN echo $A >/a', 'COPY g /g'], rebuilds: [arg('A=2'), arg('A=1'), again] },
  'unused-arg-changes': { lines: ['ARG A=1', 'COPY f /f', 'RUN true', 'COPY g /g'], rebuilds: [arg('A=2')] },
  'arg-declared-later-changes': { lines: ['RUN echo 1 >/1', 'ARG A', 'RUN echo 2 >/2'], rebuilds: [arg('A=2'), arg('A=3')] },
  'undeclared-arg-is-given': { lines: ['RUN echo 1 >/1'], rebuilds: [arg('NOBODY=2')] },
  'arg-default-changes': { lines: ['ARG A=1', 'RUN echo 1 >/1'], rebuilds: [text(`FROM ${base}`, 'ARG A=2', 'RUN echo 1 >/1')] },
  'arg-in-copy-changes': { lines: ['ARG A=f', 'COPY $A /x', 'RUN cat /x >/y'], rebuilds: [arg('A=g'), arg('A=f')] },
  'global-arg-changes': { lines: ['ARG A', 'RUN echo 1 >/1', 'ENV B=$A', 'RUN echo 2 >/2'], flags: ['--build-arg', 'A=1'], rebuilds: [arg('A=2')] },
  'proxy-arg-changes': { lines: ['RUN echo 1 >/1'], rebuilds: [arg('HTTP_PROXY=http://127.0.0.1:1')] },
  'env-changes': { lines: ['ENV A=1', 'COPY f /f', 'RUN echo 1 >/1'], rebuilds: [text(`FROM ${base}`, 'ENV A=2', 'COPY f /f', 'RUN echo 1 >/1')] },
  'env-order-changes': { lines: ['ENV A=1 B=2', 'RUN echo 1 >/1'], rebuilds: [text(`FROM ${base}`, 'ENV B=2 A=1', 'RUN echo 1 >/1')] },
  'label-changes': { lines: ['LABEL a=1', 'RUN echo 1 >/1', 'COPY f /f'], rebuilds: [text(`FROM ${base}`, 'LABEL a=2', 'RUN echo 1 >/1', 'COPY f /f')] },
  'config-changes': {
    lines: ['EXPOSE 1', 'CMD ["a"]', 'RUN echo 1 >/1'],
    rebuilds: [text(`FROM ${base}`, 'EXPOSE 2', 'CMD ["b"]', 'ENTRYPOINT ["c"]', 'STOPSIGNAL 9', 'RUN echo 1 >/1')],
  },
  'user-changes': { lines: ['USER root', 'RUN echo 1 >/tmp/1', 'COPY f /f'], rebuilds: [text(`FROM ${base}`, 'USER app', 'RUN echo 1 >/tmp/1', 'COPY f /f')] },
  'same-user-by-number': { lines: ['USER app', 'RUN echo 1 >/tmp/1'], rebuilds: [text(`FROM ${base}`, 'USER 1000:1001', 'RUN echo 1 >/tmp/1')] },
  'workdir-changes': { lines: ['WORKDIR /w', 'RUN echo 1 >/1', 'COPY f f'], rebuilds: [text(`FROM ${base}`, 'WORKDIR /v', 'RUN echo 1 >/1', 'COPY f f')] },
  'workdir-by-another-way': { lines: ['WORKDIR /w/x', 'RUN echo 1 >/1'], rebuilds: [text(`FROM ${base}`, 'WORKDIR /w', 'WORKDIR x', 'RUN echo 1 >/1')] },
  'comment-changes': { lines: ['# one', 'COPY f /f', 'RUN echo 1 >/1'], rebuilds: [text(`FROM ${base}`, '# two', '', 'COPY   f   /f', 'RUN echo 1 >/1')] },
  'blanks-in-run-change': { lines: ['RUN echo 1 >/1'], rebuilds: [text(`FROM ${base}`, 'RUN echo  1 >/1')] },
  'continuation-changes': { lines: ['RUN echo 1 >/1 && true'], rebuilds: [text(`FROM ${base}`, 'RUN echo 1 >/1 \\', ' && true')] },
  'form-changes': { lines: ['RUN echo 1 >/1'], rebuilds: [text(`FROM ${base}`, 'RUN ["/bin/sh", "-c", "echo 1 >/1"]')] },
  'shell-changes': { lines: ['SHELL ["/bin/sh", "-c"]', 'RUN echo 1 >/1'], rebuilds: [text(`FROM ${base}`, 'SHELL ["/bin/sh", "-ec"]', 'RUN echo 1 >/1')] },
  'heredoc-changes': { lines: ['COPY <<E /h', 'one', 'E', 'RUN cat /h >/i'], rebuilds: [text(`FROM ${base}`, 'COPY <<E /h', 'two', 'E', 'RUN cat /h >/i')] },
  'heredoc-renamed': { lines: ['RUN <<E', 'echo 1 >/1', 'E'], rebuilds: [text(`FROM ${base}`, 'RUN <<END', 'echo 1 >/1', 'END')] },
  'target-changes': { lines: ['COPY f /f', 'RUN cat /f >/r'], rebuilds: [text(`FROM ${base}`, 'COPY f /e', 'RUN cat /e >/r')] },
  'chown-is-added': { lines: ['COPY f /f', 'RUN echo 1 >/1'], rebuilds: [text(`FROM ${base}`, 'COPY --chown=5:6 f /f', 'RUN echo 1 >/1')] },
  'chown-of-the-same': { lines: ['COPY f /f', 'RUN echo 1 >/1'], rebuilds: [text(`FROM ${base}`, 'COPY --chown=0:0 f /f', 'RUN echo 1 >/1')] },
  'copy-becomes-add': { lines: ['COPY f /f', 'RUN echo 1 >/1'], rebuilds: [text(`FROM ${base}`, 'ADD f /f', 'RUN echo 1 >/1')] },
  'steps-swapped': { lines: ['RUN echo 1 >/1', 'RUN echo 2 >/2'], rebuilds: [text(`FROM ${base}`, 'RUN echo 2 >/2', 'RUN echo 1 >/1')] },
  'step-added': { lines: ['RUN echo 1 >/1', 'RUN echo 2 >/2'], rebuilds: [text(`FROM ${base}`, 'RUN echo 1 >/1', 'RUN echo 3 >/3', 'RUN echo 2 >/2')] },
  'step-removed': { lines: ['RUN echo 1 >/1', 'RUN echo 2 >/2', 'RUN echo 3 >/3'], rebuilds: [text(`FROM ${base}`, 'RUN echo 1 >/1', 'RUN echo 3 >/3')] },
  'step-that-does-nothing-added': { lines: ['RUN echo 1 >/1', 'COPY f /f'], rebuilds: [text(`FROM ${base}`, 'RUN echo 1 >/1', 'RUN true', 'COPY f /f')] },
  'stage-renamed': {
    lines: ['RUN echo 1 >/1', `FROM ${base} AS second`, 'COPY --from=0 /1 /1', 'RUN cat /1 >/2'],
    rebuilds: [text(`FROM ${base} AS first`, 'RUN echo 1 >/1', `FROM ${base} AS other`, 'COPY --from=first /1 /1', 'RUN cat /1 >/2')],
  },
  'stage-rebuilt-with-equal-content': {
    lines: ['COPY f /f', 'RUN wc -c </f >/r', `FROM ${base}`, 'COPY --from=0 /r /r', 'RUN cat /r >/s'],
    rebuilds: [{ changes: { f: otherOfSameSize } }],
  },
  'stage-rebuilt-and-mounted': {
    lines: [`FROM ${base} AS first`, 'COPY f /f', 'RUN wc -c </f >/r', `FROM ${base}`, 'RUN --mount=from=first,source=/r,target=/m cat /m >/s'],
    rebuilds: [{ changes: { f: otherOfSameSize } }],
  },
  'stage-rebuilt-and-mounted-whole': {
    lines: [`FROM ${base} AS first`, 'COPY f /f', 'RUN wc -c </f >/r', `FROM ${base}`, 'RUN --mount=from=first,target=/m cat /m/r >/s'],
    rebuilds: [{ changes: { f: otherOfSameSize } }],
  },
  'file-copied-and-removed': { lines: ['COPY f /f', 'RUN rm /f', 'RUN echo 0 >/0'], rebuilds: [{ changes: { f: otherOfSameSize } }] },
  'mounted-context-changes': {
    lines: ['RUN --mount=target=/m cat /m/f >/r', 'RUN echo 1 >/1'],
    rebuilds: [{ changes: { g: 'other\n' } }, { changes: { f: 'other\n' } }],
  },
  'mounted-file-changes': { lines: ['RUN --mount=source=f,target=/m cat /m >/r'], rebuilds: [{ changes: { g: 'other\n' } }, { changes: { f: 'other\n' } }] },
  'cache-mount-added': { lines: ['RUN echo 1 >/1'], rebuilds: [text(`FROM ${base}`, 'RUN --mount=type=cache,target=/c echo 1 >/1')] },
  'cache-mount-id-changes': {
    lines: ['RUN --mount=type=cache,target=/c,id=a echo 1 >/1'],
    rebuilds: [text(`FROM ${base}`, 'RUN --mount=type=cache,target=/c,id=b echo 1 >/1')],
  },
  'secret-changes': {
    lines: ['RUN --mount=type=secret,id=s test -f /run/secrets/s', 'RUN echo 1 >/1'],
    flags: ['--secret', 'id=s,src=$CONTEXT/f'],
    rebuilds: [{ changes: { f: 'other\n' } }, { flags: ['--secret', 'id=s,src=$CONTEXT/g'] }],
  },
  'secret-is-gone': { lines: ['RUN --mount=type=secret,id=s true', 'RUN echo 1 >/1'], flags: ['--secret', 'id=s,src=$CONTEXT/f'], rebuilds: [{ flags: [] }] },
  'without-cache': { lines: copies, rebuilds: [{ flags: ['--no-cache'] }, { flags: [] }] },
  'without-cache-of-a-stage': {
    lines: ['RUN echo 1 >/1', `FROM ${base} AS second`, 'COPY --from=0 /1 /1', 'RUN echo 2 >/2'],
    rebuilds: [{ flags: ['--no-cache-filter', 'second'] }, { flags: ['--no-cache-filter', 'nobody'] }],
  },
  'base-changes': { lines: ['RUN echo 1 >/1', 'COPY f /f'], rebuilds: [text(`FROM ${untidy('odd')}`, 'RUN echo 1 >/1', 'COPY f /f')] },
  'copied-into-scratch': { lines: ['RUN echo 1 >/1', 'FROM scratch', 'COPY f /f', 'COPY --from=0 /1 /1'], rebuilds: [{ changes: { f: 'other\n' } }] },
  'other-target': {
    lines: ['RUN echo 1 >/1', `FROM ${base} AS b`, 'RUN echo 2 >/2', `FROM ${base} AS c`, 'RUN echo 2 >/2', 'RUN echo 3 >/3'],
    rebuilds: [{ flags: ['--target', 'b'] }, { flags: ['--target', 'c'] }],
  },
  'link-on-another-base': {
    lines: ['COPY --link f /f', 'COPY --link g /g'],
    rebuilds: [text(`FROM ${untidy('odd')}`, 'COPY --link f /f', 'COPY --link g /g')],
  },
};

/** Which steps are taken from the cache after which change. Each begins with a file of its own, so that no other case has filled the cache for it. */
export function caching(): Case[] {
  return Object.entries(stories).map(([name, { lines, context: own = context, flags = [], rebuilds }]) => {
    const mine = `COPY <<E /case\n${name}\nE`;
    const start = (body: string) => (body.startsWith('FROM') ? body.replace(/^(.*)\n/, `$1\n${mine}\n`) : `FROM ${base}\n${mine}\n${body}`);
    const complete = rebuilds.map((one) => (one.text === undefined ? one : { ...one, text: `${start(one.text)}\n` }));
    return familyCase(`caching/${name}`, [start(lines.join('\n'))], { context: own, flags, rebuilds: complete, comparesCached: true });
  });
}
