// Writes docs/parity.md from known-differences.json, so that the two cannot differ.
// usage: node test/parity/page.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCases } from './case.ts';
import type { Case } from './case.ts';
import { familyCases, settledFamilyCases } from './families/index.ts';
import { randomCases, settledRandomCases } from './random/index.ts';
import { isForOrdinaryUser } from './compare.ts';
import type { KnownDifference } from './compare.ts';

export const pagePath = join(import.meta.dirname, '../../docs/parity.md');

/** The page for readers: what is compared, and each difference that stays. */
export function parityPage(): string {
  const known = JSON.parse(readFileSync(join(import.meta.dirname, 'known-differences.json'), 'utf8')) as readonly KnownDifference[];
  const written = readCases();
  const made = settledFamilyCases();
  const random = settledRandomCases();
  const builds = [...written, ...made, ...random];
  const cases = builds.flatMap(dockerfilesOf);
  const checksOnly = written.filter((one) => one.compares === 'checks').length;
  const refused = written.filter((one) => one.rejects === true).length;
  const rebuilt = made.filter((one) => one.rebuilds !== undefined).length;
  const ordinary = builds.filter(isForOrdinaryUser).flatMap(dockerfilesOf).length;
  const batched = [...made, ...random].filter((one) => one.holds !== undefined);
  const rows = Object.entries(Object.groupBy(known, (one) => one.reason)).map(([reason, ones = []]) => {
    const names = [...new Set(ones.map((one) => `\`${one.case}\``))].join(', ');
    const places = [...new Set(ones.map(placeOf))].join(', ');
    return `| ${names} | ${places} | ${reason} |`;
  });
  return `# Parity with docker build

\`test/parity\` builds ${cases.length - checksOnly} small Dockerfiles with OSSB and with Docker's BuildKit and compares the results: ${written.length - checksOnly} of \`test/dockerfiles\`, of which both must refuse
${refused}; ${made.flatMap(dockerfilesOf).length} that are made by rule (\`test/parity/families\`), of which ${rebuilt} are built again after a change; and ${random.flatMap(dockerfilesOf).length} that are made from seeds
(\`test/parity/random\`). ${ordinary} of them OSSB builds as an ordinary user too.
Compared are

- the file trees: type, mode, owner, size, link target, device, extended attributes, content, hard links, and the times of files that were copied
- which layer changes which names, however it says so; a file written again with nothing new is in a layer of OSSB, which does not read what lies below, and not in one of BuildKit
- what steps see: every path with type, mode, owner, times, links, xattrs and content, the mounts, ids, umask and environment, where a Dockerfile has steps that list them
- which steps are taken from the cache after which change
- the image config with its history, and the manifest, without digests and the times of the build
- what \`--call check\` says, there and of ${checksOnly} more Dockerfiles that are only checked: accepted or refused, the lines of a fault, and of each warning the rule, its
  description and URL, the text and the lines. The order of warnings means nothing, a warning that is reported twice counts once, and after a fault OSSB may report more than BuildKit, which
  stops at it

Of the Dockerfiles that are made, ${batched.flatMap(dockerfilesOf).length} are stages of ${batched.length} larger ones, to be built in few minutes: of these only what the steps of their last stages see is compared, not layers, config and manifest.
BuildKit's steps are executed by crun there, but where mounts are the subject; everywhere else by runc, as Docker has it.
\`test/parity/settled.json\` names the made ones that are compared. ${familyCases().length + randomCases().length - made.flatMap(dockerfilesOf).length - random.flatMap(dockerfilesOf).length} more can be built by name; on these the builders differ, or they have not been compared yet.

Not compared are

- extended attributes of folders, where BuildKit's layer has none: it writes none into the layers that it makes
- times of folders in the image, which a layer has only where the folder comes along; and what steps see of them, where BuildKit has set one during the build: OSSB keeps the time that the folder had below
- times that both builders set during the build, and digests, which follow from them
- how a layer says what it removes: one opaque mark, or a whiteout for each name
- the text of errors, and the order of members in a layer
- /snap and /snap.tools, which hold the listings and the tools that write them, and what /proc, /sys and /dev/pts hold

Every difference is an error of the test, but for these, and each of these must be there:

| Dockerfile | where | why it stays |
|---|---|---|
${rows.join('\n')}

Written by \`node test/parity/page.ts\` from \`test/parity/known-differences.json\`. Run \`node test/parity/run.ts [PART-OF-A-NAME...]\` to compare by hand,
and \`node test/parity/generate.ts --seed N --count M\` to compare Dockerfiles of other seeds; it prints the smallest form of each that differs.
`;
}

function placeOf({ where, buildkit }: KnownDifference): string {
  if (where === '') return 'everything';
  return `\`${where}\`${buildkit === undefined ? '' : ` where BuildKit has \`${buildkit}\``}`;
}

/** Names: of the case, or of those that are stages of it. */
function dockerfilesOf(one: Case): readonly string[] {
  return one.holds ?? [one.name];
}

if (import.meta.main) writeFileSync(pagePath, parityPage());
