/** The text of a step's /etc/hosts, as docker build writes it. */
export function formatHosts(hostname: string, extraHosts: readonly { readonly host: string; readonly ip: string }[]): string {
  const lines = [`127.0.0.1\tlocalhost${hostname === '' ? '' : ` ${hostname}`}`, '::1\tlocalhost ip6-localhost ip6-loopback'];
  for (const { host, ip } of extraHosts) lines.push(`${ip}\t${host}`);
  return `${lines.join('\n')}\n`;
}

/**
 * The text of a step's /etc/resolv.conf: the host's. With a network namespace of its own, name servers on the host's loopback are left out, as nothing
 * answers there.
 */
export function formatResolvConf(hostText: string, network: 'host' | 'none'): string {
  if (network === 'host') return hostText;
  return hostText
    .split('\n')
    .filter((line) => !/^\s*nameserver\s+(127\.|::1)/.test(line))
    .join('\n');
}
