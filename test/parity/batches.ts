import type { Case } from './case.ts';

/** Cases in one Dockerfile, so that many of them cost few builds; a case that fails fails them all. */
const perBatch = 10;

/** Cases that list what their steps see, in Dockerfiles of several: each case is a stage or more, and the image has the listings of all, each under the name of its case. */
export function batches(cases: readonly Case[]): Case[] {
  const groups = Object.groupBy(cases, (one) => `${one.name.split('/')[0]} ${one.flags.join(' ')} ${JSON.stringify(one.context)}`);
  const batched = Object.values(groups).flatMap((group = []) => {
    // As even as can be, each batch with members from all over the group.
    const count = Math.ceil(group.length / perBatch);
    return Array.from({ length: count }, (_, nth) => group.filter((_one, i) => i % count === nth));
  });
  return batched.map((some, i) => batch(i + 1, some));
}

function batch(nth: number, cases: readonly Case[]): Case {
  const stages = cases.map((one, i) => stagesOf(textOf(one), `case${i}`));
  const copies = cases.map((one, i) => `COPY --from=case${i} /snap/ /${one.name}/`);
  return {
    ...cases[0]!,
    name: `${cases[0]!.name.split('/')[0]}/batch-${nth}`,
    rejects: false,
    runtimeMatters: cases[0]!.name.startsWith('mounts/'),
    dockerfile: { text: `${[...stages, 'FROM scratch', ...copies].join('\n')}\n` },
    holds: cases.map((one) => one.name),
  };
}

/** Its stages under names that no other case has; the last one is `end`. */
function stagesOf(text: string, end: string): string {
  let renamed = text.trimEnd();
  for (const [, name] of text.matchAll(/^FROM \S+ AS (\w+)$/gm))
    renamed = renamed.replaceAll(new RegExp(`(^FROM |\\bAS |\\bfrom=)${name}\\b`, 'gm'), `$1${name}-${end}`);
  const last = renamed.lastIndexOf('\nFROM ') + 1;
  const head = renamed.slice(0, last);
  return head + renamed.slice(last).replace(/^(FROM \S+).*/, `$1 AS ${end}`);
}

/** Of a case that is not one of test/dockerfiles. */
export function textOf(one: Case): string {
  return 'text' in one.dockerfile ? one.dockerfile.text : '';
}
