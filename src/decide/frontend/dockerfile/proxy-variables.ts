const names = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'all_proxy'];

/** The predefined proxy build args as variables of every RUN, in both cases. They lead to no other result and are in no key. */
export function proxyVariables(buildArgs: Readonly<Record<string, string>>): string[] {
  const keys = Object.keys(buildArgs).sort();
  return names.flatMap((name) => {
    // of two spellings the one that sorts last wins
    const key = keys.findLast((candidate) => candidate.toLowerCase() === name);
    const value = key === undefined ? '' : (buildArgs[key] ?? '');
    return value === '' ? [] : [`${name.toUpperCase()}=${value}`, `${name}=${value}`];
  });
}
