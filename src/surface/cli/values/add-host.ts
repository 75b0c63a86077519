import { usageError } from '../usage-error.ts';

/** `--add-host HOST:IP`, `HOST=IP`, with the address in brackets or not. `host-gateway` is this machine: steps share its network. */
export function parseAddHost(text: string): { readonly host: string; readonly ip: string } {
  const separator = text.includes('=') ? '=' : ':';
  const at = text.indexOf(separator);
  const host = at < 0 ? '' : text.slice(0, at);
  let ip = at < 0 ? '' : text.slice(at + 1);
  if (ip.startsWith('[') && ip.endsWith(']')) ip = ip.slice(1, -1);
  if (ip === 'host-gateway') ip = '127.0.0.1';
  // node:net takes 3 ms to load, so only here
  const found =
    host === '' || /\s/.test(host)
      ? 'the host name is missing or has a blank'
      : process.getBuiltinModule('node:net').isIP(ip) === 0
        ? `${JSON.stringify(ip)} is not an IP address`
        : undefined;
  if (found !== undefined)
    throw usageError('FLAG_VALUE', `Cannot use --add-host ${JSON.stringify(text)}: ${found}`, 'Write it as --add-host HOST:IP or HOST=IP.');
  return { host, ip };
}
