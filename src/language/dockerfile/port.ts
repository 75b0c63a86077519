import { fault } from './error.ts';

/** `[[ip:]host:]container[-last][/protocol]` of EXPOSE as `port/protocol`, one for each port of a range. The part before the container's port is checked and dropped. Errors: BAD_PORT. */
export function parsePort(text: string): string[] {
  const parts = text.split(':');
  const [container, protocolText] = cutSlash(parts.at(-1) ?? '');
  const fail = (found: string): Error =>
    fault('BAD_PORT', `Cannot expose ${JSON.stringify(text)}: ${found}`, { hint: 'Write it as PORT[-LAST][/tcp|udp|sctp].' });
  if (container === '') throw fail(`no port specified: ${text}<empty>`);
  const protocol = (protocolText || 'tcp').toLowerCase();
  if (!['tcp', 'udp', 'sctp'].includes(protocol)) throw fail(`invalid proto: ${protocol}`);
  const ip = parts
    .slice(0, -2)
    .join(':')
    .replace(/^\[(.*)\]$/, '$1');
  if (ip !== '' && !isAddress(ip)) throw fail(`invalid IP address: ${ip}`);
  const ports = readRange(container);
  if (ports === undefined) throw fail(`invalid containerPort: ${container}`);
  const host = parts.at(-2) ?? '';
  if (parts.length > 1 && host !== '') {
    const hostPorts = readRange(host);
    if (hostPorts === undefined) throw fail(`invalid hostPort: ${host}`);
    const isRange = ports.last !== ports.first;
    if (isRange && hostPorts.last - hostPorts.first !== ports.last - ports.first) {
      throw fail(`invalid ranges specified for container and host Ports: ${container} and ${host}`);
    }
  }
  return Array.from({ length: ports.last - ports.first + 1 }, (_, index) => `${ports.first + index}/${protocol}`);
}

function isAddress(text: string): boolean {
  if (text.includes(':')) return URL.canParse(`http://[${text}]`);
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function cutSlash(text: string): [string, string?] {
  const slash = text.indexOf('/');
  return slash < 0 ? [text] : [text.slice(0, slash), text.slice(slash + 1)];
}

function readRange(text: string): { first: number; last: number } | undefined {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first <= 65535 && last <= 65535 && first <= last ? { first, last } : undefined;
}
