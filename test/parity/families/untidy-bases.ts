import { untidy, untidyBases } from '../bases/index.ts';
import type { BaseName } from '../bases/index.ts';
import type { Case } from '../case.ts';
import { familyCase, pairs } from './family.ts';

/** What is done on top of a base. */
const uses: Readonly<Record<string, (base: string) => readonly string[]>> = {
  'seen-and-changed': (base) => [`FROM ${base}`, 'RUN snap 1', 'RUN echo x >/new && mkdir -p /tmp/t /etc/e && rm -rf /o /h /a /three && snap 2'],
  'copied-into': (base) => [
    `FROM ${base}`,
    'COPY hello.txt /tmp/',
    'COPY hello.txt /etc/x/',
    'COPY hello.txt /dev/',
    'WORKDIR /var/run/w',
    'COPY dir .',
    'RUN snap 1',
    'COPY hello.txt /tmp/',
    'RUN snap 2',
  ],
  'copied-from': (base) => [
    `FROM ${base} AS base`,
    `FROM ${untidy('tidy')}`,
    'COPY --from=base / /all/',
    'RUN snap 1',
    'RUN --mount=type=bind,from=base,target=/m ls -laR /m | wc -l >/count && snap 2',
  ],
  'as-others': (base) => [
    `FROM ${base}`,
    'USER 1000:77',
    'RUN snap 1',
    'USER 0:1001',
    'RUN snap 2',
    'USER 4321:4321',
    'WORKDIR /home/app/w',
    'RUN snap 3; touch /tmp/mine /mine || true',
  ],
  exported: (base) => [`FROM ${base}`, 'LABEL a=b'],
};

export function onUntidyBases(): Case[] {
  return pairs(Object.keys(untidyBases) as BaseName[], Object.keys(uses)).map(([base, use]) => familyCase(`untidy/${base}-${use}`, uses[use]!(untidy(base))));
}
