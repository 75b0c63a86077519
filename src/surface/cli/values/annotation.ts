import type { Annotation } from '../../request/index.ts';
import { nodePlatform, parsePlatform } from '../../../core/oci/index.ts';
import { parseFlagValue, usageError } from '../usage-error.ts';

const levels: readonly string[] = ['manifest', 'index', 'manifest-descriptor', 'index-descriptor'];

/** `[LEVEL[[PLATFORM]][,LEVEL...]:]KEY=VALUE`. One annotation for each level; without one, of the manifest. */
export function parseAnnotation(text: string, shown: string = '--annotation'): Annotation[] {
  const fail = (found: string): Error =>
    usageError(
      'FLAG_VALUE',
      `Cannot use ${shown} ${JSON.stringify(text)}: ${found}`,
      'Write it as KEY=VALUE, or LEVEL:KEY=VALUE with a level of manifest, index, manifest-descriptor, index-descriptor.',
    );
  const equals = text.indexOf('=');
  if (equals < 0) throw fail('there is no =');
  const value = text.slice(equals + 1);
  const left = text.slice(0, equals);
  const colon = left.lastIndexOf(']:') >= 0 ? left.lastIndexOf(']:') + 1 : left.indexOf(':');
  const key = left.slice(colon + 1);
  if (key === '') throw fail('the key is empty');
  if (colon < 0) return [{ level: 'manifest', key, value }];
  return left
    .slice(0, colon)
    .split(',')
    .map((part) => {
      const match = /^([a-z-]+)(?:\[([A-Za-z0-9_./-]+)\])?$/.exec(part);
      const level = match?.[1] ?? '';
      if (!isLevel(level)) throw fail(`${JSON.stringify(part)} is no level`);
      const platform = match?.[2];
      return {
        level,
        key,
        value,
        ...(platform === undefined ? {} : { platform: parseFlagValue(shown, () => parsePlatform(platform, nodePlatform('linux', process.arch))) }),
      };
    });
}

function isLevel(text: string): text is Annotation['level'] {
  return levels.includes(text);
}
