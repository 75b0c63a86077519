import { HttpError } from './error.ts';
import { isLoopback } from './loopback.ts';

export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that a URL is to be asked through, by HTTP_PROXY, HTTPS_PROXY and NO_PROXY as Docker's and all of Go's programs read them; the upper-case name wins.
 * Undefined where the URL is to be asked directly: without a proxy, for what NO_PROXY names, and always for this machine. Errors: PROXY_INVALID.
 */
export function proxyFor(url: URL, env: ProxyEnvironment): URL | undefined {
  const [upper, lower] = url.protocol === 'https:' ? (['HTTPS_PROXY', 'https_proxy'] as const) : (['HTTP_PROXY', 'http_proxy'] as const);
  const variable = env[upper] ? upper : lower;
  const proxy = env[variable];
  if (!proxy || isLoopback(url.hostname) || isExcluded(url, env['NO_PROXY'] || env['no_proxy'] || '')) return undefined;
  return parseProxy(proxy, variable);
}

/** `host:port` means http. The value may hold a password and is not repeated. */
function parseProxy(text: string, variable: string): URL {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '') return url;
  const found = url === undefined ? 'it is not a URL' : `its scheme ${url.protocol.slice(0, -1)} is not supported`;
  throw new HttpError('PROXY_INVALID', `Cannot use the proxy of ${variable}: ${found}`, {
    family: 'validation',
    hint: `Set ${variable} to http://HOST:PORT or https://HOST:PORT.`,
  });
}

/**
 * NO_PROXY: `*`, or a list of hosts with the hosts below them (`example.com`), only those below (`.example.com`, `*.example.com`), addresses and blocks of them
 * (`10.0.0.0/8`). A host or address may have a port, and then counts for that alone.
 */
function isExcluded(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return noProxy.split(',').some((entry) => matches(entry.trim().toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  const net = process.getBuiltinModule('node:net');
  const [, network, prefix] = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (network !== undefined) {
    const family = net.isIP(network);
    if (family === 0 || Number(prefix) > (family === 4 ? 32 : 128) || net.isIP(host) === 0) return false;
    const block = new net.BlockList();
    block.addSubnet(network, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
    return block.check(host, net.isIP(host) === 4 ? 'ipv4' : 'ipv6');
  }
  const [, named = entry, only] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  const name = named.replace(/^\[|\]$/g, '');
  if (name === '' || (only !== undefined && only !== port)) return false;
  if (net.isIP(name) !== 0) return sameAddress(name, host);
  const suffix = name.replace(/^\*(?=\.)/, '');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

/** As URLs write them: an IPv6 address has many forms. */
function sameAddress(a: string, b: string): boolean {
  const canonical = (text: string): string => (text.includes(':') ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text);
  return canonical(a) === canonical(b);
}
