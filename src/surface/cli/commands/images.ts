import type { StoredImage } from '../../engine/index.ts';
import { familiarReference, formatPlatform, hexOf, parseReference, type Reference } from '../../../core/oci/index.ts';
import type { Console } from '../console.ts';
import type { LoadEngine } from '../engine.ts';
import { exitCodes } from '../exit-code.ts';
import { parseFlags } from '../flags/parse-flags.ts';
import { helpText } from '../help/help-text.ts';
import { formatAgo, formatBytes } from '../progress/quantity.ts';
import { textTable } from '../text-table.ts';
import { Faults, parseFlagValue, usageError } from '../usage-error.ts';

const table = {
  command: 'ossb images',
  flags: [
    { name: 'quiet', short: 'q', kind: 'bool' },
    { name: 'digests', kind: 'bool' },
    { name: 'no-trunc', kind: 'bool' },
    { name: 'all', short: 'a', kind: 'bool' },
    { name: 'format', kind: 'string' },
    { name: 'root', kind: 'string' },
    { name: 'debug', short: 'D', kind: 'bool' },
  ],
} as const;

/** One line of the list, with the members that `docker images --format json` has. */
interface ImageRow {
  readonly Repository: string;
  readonly Tag: string;
  readonly Digest: string;
  readonly ID: string;
  readonly CreatedAt: string;
  readonly CreatedSince: string;
  readonly Platform: string;
  readonly Size: string;
}

/** `ossb images [REPOSITORY[:TAG]]`: the images of the store. */
export async function imagesCommand(argv: readonly string[], console: Console, loadEngine: LoadEngine): Promise<number> {
  const faults = new Faults();
  const flags = parseFlags(argv, table, faults);
  if (flags.help) {
    console.stdout.write(helpText('images'));
    return exitCodes.done;
  }
  const [wanted, ...rest] = flags.args;
  if (rest.length > 0) faults.add(usageError('ARGUMENTS', `Cannot list: one name is expected, and these are ${flags.args.length}`));
  const wantedReference = wanted === undefined ? undefined : faults.attempt(() => parseFlagValue('the name', () => parseReference(wanted)));
  const format = flags.string('format') ?? 'table';
  if (format !== 'table' && format !== 'json') faults.attempt(() => applyTemplate(format, undefined));
  faults.throwIfAny();

  const images = await (await loadEngine()).listImages(flags.string('root'));
  const tagged = wanted !== undefined && /:[^/]+$/.test(wanted);
  const rows = images
    .filter((image) => wantedReference === undefined || matches(image, wantedReference, tagged))
    .map((image) => imageRow(image, console.now(), flags.bool('no-trunc') === true));
  if (flags.bool('quiet') === true) console.stdout.write([...new Set(rows.map((row) => row.ID))].map((id) => `${id}\n`).join(''));
  else if (format === 'json') console.stdout.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  else if (format !== 'table') console.stdout.write(rows.map((row) => `${applyTemplate(format, row)}\n`).join(''));
  else console.stdout.write(imageTable(rows, flags.bool('digests') === true));
  return exitCodes.done;
}

function imageTable(rows: readonly ImageRow[], digests: boolean): string {
  const heading = ['REPOSITORY', 'TAG', ...(digests ? ['DIGEST'] : []), 'IMAGE ID', 'PLATFORM', 'CREATED', 'SIZE'];
  return textTable(
    heading,
    rows.map((row) => [row.Repository, row.Tag, ...(digests ? [row.Digest] : []), row.ID, row.Platform, row.CreatedSince, row.Size]),
  );
}

function imageRow(image: StoredImage, nowMs: number, whole: boolean): ImageRow {
  const reference = image.name === undefined ? undefined : parseReference(image.name);
  return {
    Repository: reference === undefined ? '<none>' : familiarReference({ registry: reference.registry, repository: reference.repository }),
    Tag: reference?.tag ?? '<none>',
    Digest: image.digest,
    ID: whole ? image.digest : hexOf(image.digest).slice(0, 12),
    CreatedAt: new Date(image.createdAtMs).toISOString(),
    CreatedSince: formatAgo(nowMs - image.createdAtMs),
    Platform: image.platforms.map(formatPlatform).join(','),
    Size: formatBytes(image.sizeBytes),
  };
}

function matches(image: StoredImage, wanted: Reference, tagged: boolean): boolean {
  if (image.name === undefined) return false;
  const reference = parseReference(image.name);
  return reference.registry === wanted.registry && reference.repository === wanted.repository && (!tagged || reference.tag === wanted.tag);
}

/** `{{.Repository}}:{{.Tag}}`, the part of Go's templates that lists are asked for with. Without a row the template is only checked. */
function applyTemplate(template: string, row: ImageRow | undefined): string {
  return template.replace(/\{\{(.*?)\}\}/g, (_, inner: string) => {
    const name = /^\s*(json\s+)?\.(\w*)\s*$/.exec(inner);
    const values = new Map<string, string>(row === undefined ? [] : Object.entries(row));
    const known = ['Repository', 'Tag', 'Digest', 'ID', 'CreatedAt', 'CreatedSince', 'Platform', 'Size', ...(name?.[1] === undefined ? [] : [''])];
    if (name === null || !known.includes(name[2] ?? '')) {
      throw usageError(
        'FLAG_VALUE',
        `Cannot use --format: {{${inner}}} is not known`,
        `Use table, json, or fields as in {{.Repository}}: ${known.join(', ')}.`,
      );
    }
    const value = values.get(name[2] ?? '') ?? '';
    if (name[1] === undefined) return value;
    return JSON.stringify(name[2] === '' ? (row ?? {}) : value);
  });
}
