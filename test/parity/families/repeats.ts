import { untidy } from '../bases/index.ts';
import type { Case } from '../case.ts';
import { familyCase, pairs } from './family.ts';

/** Steps that are done more than once; each leaves the same files whenever it is done. */
const steps: Readonly<Record<string, readonly string[]>> = {
  'copy-file': ['COPY hello.txt /f'],
  'copy-folder': ['COPY dir /d/'],
  'copy-into-tmp': ['COPY hello.txt /tmp/'],
  'copy-link': ['COPY --link hello.txt /f'],
  'copy-chmod': ['COPY --chmod=0700 hello.txt /f'],
  'copy-from-base': [`COPY --from=${untidy('hard-links')} /h /h`],
  'add-archive': ['ADD plain.tar.gz /a/'],
  heredoc: ['COPY <<EOF /h/one', 'text', 'EOF'],
  workdir: ['WORKDIR /tmp'],
  'workdir-new': ['WORKDIR /w/x'],
  'run-nothing': ['RUN true'],
  'run-write': ['RUN echo same >/r'],
  'run-time': ['RUN mkdir -p /t && touch -t 200102030405.06 /t/f /t'],
  'run-remove': ['RUN rm -rf /f /d /h /a /r /t'],
  'run-link': ['RUN echo l >/l1 && ln -f /l1 /l2'],
};

const orders: Readonly<Record<string, (step: readonly string[]) => readonly string[]>> = {
  'twice-then-run': (step) => [...step, ...step, 'RUN snap 1'],
  'run-between': (step) => [...step, 'RUN snap 1', ...step, 'RUN snap 2', ...step, 'RUN snap 3'],
  'removed-between': (step) => [...step, 'RUN rm -rf /f /d /h /a /r /t /l2', ...step, 'RUN snap 1; rm -rf /f /d /h /a /r /t /l2', ...step, 'RUN snap 2'],
  'in-two-stages': (step) => [
    'AS one',
    ...step,
    'RUN snap 1',
    'FROM one AS two',
    ...step,
    'RUN snap 2',
    'FROM two',
    ...step,
    'COPY --from=one / /one/',
    'RUN snap 3',
  ],
};

export function repeats(): Case[] {
  return pairs(Object.keys(steps), Object.keys(orders)).map(([step, order]) => {
    const [first, ...rest] = orders[order]!(steps[step]!);
    const text = first === 'AS one' ? [`FROM ${untidy('tidy')} AS one`, ...rest] : [`FROM ${untidy('tidy')}`, first!, ...rest];
    return familyCase(`repeats/${step}-${order}`, text);
  });
}
