import { formatPlatform, platformMatches, type Descriptor, type Index, type Platform } from '../../core/oci/index.ts';
import { RegistryError } from './error.ts';

/** The manifest of an index that suits the platform best. `name` is the image's, for the error. Errors: PLATFORM_UNKNOWN. */
export function selectPlatform(index: Index, wanted: Platform, name: string): Descriptor {
  const images = index.manifests.filter(({ platform, annotations }) => platform?.os !== 'unknown' && annotations?.['vnd.docker.reference.type'] === undefined);
  const matching = images.filter(({ platform }) => platform !== undefined && platformMatches(wanted, platform));
  // Array.prototype.sort is stable: of equally good ones the first, as docker takes it.
  const [best] = matching.sort((a, b) => rank(wanted, b.platform) - rank(wanted, a.platform));
  // An entry that does not tell its platform: its config will.
  const found = best ?? images.find(({ platform }) => platform === undefined);
  if (found) return found;
  const offered = [...new Set(images.map(({ platform }) => (platform ? formatPlatform(platform) : '')))];
  throw new RegistryError(
    'PLATFORM_UNKNOWN',
    `Cannot use ${name}: it is not made for ${formatPlatform(wanted)}, but for ${offered.join(', ') || 'no platform at all'}`,
    {
      family: 'manifest',
      hint: 'Choose one of its platforms with --platform, or another image.',
    },
  );
}

/** An equal variant is best, then the highest among the lesser ones. */
function rank(wanted: Platform, offered: Platform | undefined): number {
  if (offered?.variant === wanted.variant) return 1000;
  return Number(/\d+/.exec(offered?.variant ?? '')?.[0] ?? 0);
}
