// Writes docs/parity.md from known-differences.json, so that the two cannot differ.
// usage: node test/parity/page.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCases } from './case.ts';
import { settledFamilyCases } from './families/index.ts';
import type { KnownDifference } from './compare.ts';

export const pagePath = join(import.meta.dirname, '../../docs/parity.md');

/** The page for readers: what is compared, and each difference that stays. */
export function parityPage(): string {
  const known = JSON.parse(readFileSync(join(import.meta.dirname, 'known-differences.json'), 'utf8')) as readonly KnownDifference[];
  const cases = [...readCases(), ...settledFamilyCases()];
  const checksOnly = cases.filter((one) => one.compares === 'checks').length;
  const refused = cases.filter((one) => one.rejects).length;
  const rows = Object.entries(Object.groupBy(known, (one) => one.reason)).map(([reason, ones = []]) => {
    const names = [...new Set(ones.map((one) => `\`${one.case}\``))].join(', ');
    const places = [...new Set(ones.map((one) => (one.where === '' ? 'everything' : `\`${one.where}\``)))].join(', ');
    return `| ${names} | ${places} | ${reason} |`;
  });
  return `# Parity with docker build

\`test/parity\` builds ${cases.length - checksOnly} small Dockerfiles (\`test/dockerfiles\`) with OSSB and with Docker's BuildKit and compares the results; ${refused} of them both must refuse.
Compared are

- the file trees: type, mode, owner, size, link target, device, extended attributes, content, hard links, and the times of files that were copied
- which layer brings which names; a file that the layers below have already, equal in everything, is left out by BuildKit, which compares the two trees, and written again by
  OSSB, which does not read what lies below
- the image config with its history, and the manifest, without digests and the times of the build
- what \`--call check\` says, there and of ${checksOnly} more Dockerfiles that are only checked: accepted or refused, the lines of a fault, and of each warning the rule, its
  description and URL, the text and the lines. The order of warnings means nothing, a warning that is told twice counts once, and after a fault OSSB may tell more than BuildKit, which
  stops at it

Every difference is an error of the test, but for these, and each of these must be there:

| Dockerfile | where | why it stays |
|---|---|---|
${rows.join('\n')}

Written by \`node test/parity/page.ts\` from \`test/parity/known-differences.json\`. Run \`node test/parity/run.ts [PART-OF-A-NAME...]\` to compare by hand.
`;
}

if (import.meta.main) writeFileSync(pagePath, parityPage());
