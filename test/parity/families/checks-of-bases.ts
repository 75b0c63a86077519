import { baseConfigs, configured } from '../bases/index.ts';
import type { ConfiguredName } from '../bases/index.ts';
import type { Case } from '../case.ts';
import { familyCase, pairs } from './family.ts';

const header = '# check=experimental=CopyIgnoredFile';

/** What is said on top of a base, alone and by a stage in between. */
const uses: Readonly<Record<string, (base: string) => readonly string[]>> = {
  alone: (base) => [header, `FROM ${base}`],
  instructions: (base) => [header, `FROM ${base}`, 'CMD own', 'ENTRYPOINT own', 'WORKDIR own', 'ENV A=$GIVEN B=$OF_BASE C=$OF_BASS'],
  'by-a-stage': (base) => [
    header,
    `FROM ${base} AS below`,
    'FROM below AS between',
    'CMD own',
    'FROM between',
    'ENTRYPOINT own',
    'WORKDIR own',
    'ENV A=$GIVEN B=$OF_BASE',
  ],
  'not-needed': (base) => [header, `FROM ${base} AS aside`, 'CMD own', 'WORKDIR own', 'FROM scratch', 'COPY hello.txt /'],
};

/** The checks read what the config of a base image says: SHELL, ENV and the triggers of ONBUILD. */
export function checksOfBases(): Case[] {
  const extra = { '.dockerignore': '*.log\n', 'a.log': 'ignored\n' };
  return pairs(Object.keys(baseConfigs) as ConfiguredName[], Object.keys(uses)).map(([base, use]) =>
    familyCase(`configured/${base}-${use}`, uses[use]!(configured(base)), { compares: 'checks', extra }),
  );
}
