import { usageError } from '../usage-error.ts';

const hostPattern = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;

export function isRegistryHost(text: string): boolean {
  return hostPattern.test(text);
}

/** What may serve in the place of a registry: a host, or an URL with a path before `/v2/`. */
export function isMirror(text: string): boolean {
  const withoutScheme = text.replace(/^https?:\/\//, '');
  const slash = withoutScheme.indexOf('/');
  return isRegistryHost(slash < 0 ? withoutScheme : withoutScheme.slice(0, slash)) && !/[\s?#]/.test(text);
}

/** `--registry-mirror HOST=MIRROR`. */
export function parseMirror(text: string): { readonly host: string; readonly mirror: string } {
  const equals = text.indexOf('=');
  const host = text.slice(0, Math.max(equals, 0));
  const mirror = text.slice(equals + 1).replace(/\/+$/, '');
  if (!isRegistryHost(host) || !isMirror(mirror)) {
    throw usageError(
      'FLAG_VALUE',
      `Cannot use --registry-mirror ${JSON.stringify(text)}: it is not HOST=MIRROR`,
      'For instance --registry-mirror docker.io=mirror.example.com:5000.',
    );
  }
  return { host: host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host, mirror };
}

/** `--insecure-registry HOST[:PORT]`. */
export function parseInsecureRegistry(text: string): string {
  const host = text.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  if (!isRegistryHost(host))
    throw usageError(
      'FLAG_VALUE',
      `Cannot use --insecure-registry ${JSON.stringify(text)}: it is not a host`,
      'For instance --insecure-registry registry.internal:5000.',
    );
  return host;
}
