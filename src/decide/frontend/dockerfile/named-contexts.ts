import { formatPlatform, parseReference, familiarReference, type Platform } from '../../../core/oci/index.ts';
import type { GraphRequest } from '../request.ts';

/** The named context that stands for an image or stage name on a platform: `name::platform` before `name`; as it is called in the request. */
export function findNamedContext(request: Pick<GraphRequest, 'namedContexts'>, name: string, platform: Platform): string | undefined {
  const contexts = request.namedContexts ?? [];
  if (contexts.length === 0 || /^(?:scratch|context)$/i.test(name)) return undefined;
  const wanted = shortName(name);
  if (wanted === undefined) return undefined;
  const onPlatform = `${wanted}::${formatPlatform(platform)}`;
  return contexts.find((context) => contextName(context) === onPlatform) ?? contexts.find((context) => contextName(context) === wanted);
}

/** `docker.io/library/alpine:latest` and `alpine` are the same name. */
function shortName(name: string): string | undefined {
  try {
    const short = familiarReference(parseReference(name));
    return short.endsWith(':latest') ? short.slice(0, -':latest'.length) : short;
  } catch {
    return undefined;
  }
}

function contextName(context: string): string {
  const cut = context.indexOf('::');
  const name = cut < 0 ? context : context.slice(0, cut);
  return (shortName(name) ?? name) + (cut < 0 ? '' : context.slice(cut));
}
