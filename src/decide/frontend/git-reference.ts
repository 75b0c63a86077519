import { parseGoBool } from '../../core/go/index.ts';
import { frontendError } from './error.ts';

/** A git repository as ADD and build contexts name it: `https://host/repo.git#ref:subdir`, or with a query. */
export interface GitReference {
  /** What git is given: without fragment and query. */
  readonly url: string;
  readonly ref?: string;
  readonly subdir?: string;
  /** Hex digits of the commit, or how they begin. */
  readonly checksum?: string;
  readonly keepGitDir?: boolean;
  readonly submodules?: boolean;
  readonly mtime?: 'checkout' | 'commit';
  readonly fetchByCommit?: boolean;
}

/**
 * Undefined where the text is no git repository: an http or https URL is one only with a path that ends in `.git`, or where `knownGit`. Errors: GIT_REFERENCE for a
 * query that means nothing.
 */
export function parseGitReference(text: string, options: { readonly knownGit?: boolean } = {}): GitReference | undefined {
  const parts = splitURL(text) ?? splitSCP(text);
  if (parts === undefined) return undefined;
  if (parts.needsSuffix && options.knownGit !== true && !parts.path.endsWith('.git')) return undefined;
  const hash = parts.fragment;
  const colon = hash.indexOf(':');
  const ref = colon < 0 ? hash : hash.slice(0, colon);
  const subdir = colon < 0 ? '' : hash.slice(colon + 1);
  return readQuery(text, parts.query, { url: parts.url, ...(ref && { ref }), ...(subdir && { subdir }) });
}

interface Parts {
  readonly url: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
  readonly needsSuffix: boolean;
}

function splitURL(text: string): Parts | undefined {
  const match = /^(https?|ssh|git):\/\/([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(text);
  if (match === null) return undefined;
  const [, scheme = '', rest = '', query = '', fragment = ''] = match;
  const slash = rest.indexOf('/');
  return {
    url: `${scheme}://${rest}`,
    path: slash < 0 ? '' : decode(rest.slice(slash)),
    query,
    fragment: decode(fragment),
    needsSuffix: /^https?$/i.test(scheme),
  };
}

/** `git@github.com:owner/repo.git`. */
function splitSCP(text: string): Parts | undefined {
  const match = /^([a-zA-Z0-9_-]+)@([a-zA-Z0-9.-]+):([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text);
  if (match === null) return undefined;
  const [, user = '', host = '', path = '', query = '', fragment = ''] = match;
  return { url: `${user}@${host}:${path}`, path, query, fragment, needsSuffix: false };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readQuery(text: string, query: string, reference: GitReference): GitReference {
  const fail = (found: string): Error => frontendError('GIT_REFERENCE', `Cannot read git reference ${text}: ${found}`, `Known are ${knownKeys.join(', ')}.`);
  const values = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(query)) {
    if (!knownKeys.includes(key)) throw fail(`unexpected query ${JSON.stringify(key)}`);
    if (values.has(key)) throw fail(`query ${JSON.stringify(key)} has multiple values`);
    if (value === '' && !switches.includes(key)) throw fail(`query ${JSON.stringify(key)} has no value`);
    values.set(key, value);
  }
  const readSwitch = (key: string): boolean | undefined => {
    const value = values.get(key);
    if (value === undefined) return undefined;
    const on = value === '' || parseGoBool(value);
    if (on !== undefined) return on;
    throw fail(`invalid ${key} value: ${JSON.stringify(value)}`);
  };
  const agree = (name: string, first: string | undefined, second: string | undefined): string | undefined => {
    if (first !== undefined && second !== undefined && first !== second) throw fail(`${name} conflicts: ${JSON.stringify(first)} vs ${JSON.stringify(second)}`);
    return first ?? second;
  };
  const tag = withPrefix('refs/tags/', values.get('tag'));
  const branch = withPrefix('refs/heads/', values.get('branch'));
  if (tag !== undefined && branch !== undefined) throw fail('branch conflicts with tag');
  const checksum = values.get('checksum') ?? values.get('commit');
  const ref = agree('ref', agree('ref', reference.ref, values.get('ref')), tag ?? branch) ?? checksum;
  const subdir = agree('subdir', reference.subdir, values.get('subdir'));
  const mtime = values.get('mtime');
  if (mtime !== undefined && mtime !== 'checkout' && mtime !== 'commit') throw fail(`invalid mtime value: ${JSON.stringify(mtime)}`);
  const keepGitDir = readSwitch('keep-git-dir');
  const submodules = readSwitch('submodules');
  const fetchByCommit = readSwitch('fetch-by-commit');
  return {
    url: reference.url,
    ...(ref !== undefined && { ref }),
    ...(subdir !== undefined && { subdir }),
    ...(checksum !== undefined && { checksum }),
    ...(keepGitDir !== undefined && { keepGitDir }),
    ...(submodules !== undefined && { submodules }),
    ...(mtime !== undefined && { mtime }),
    ...(fetchByCommit !== undefined && { fetchByCommit }),
  };
}

const switches = ['submodules', 'keep-git-dir', 'fetch-by-commit'];
const knownKeys = ['ref', 'tag', 'branch', 'subdir', 'checksum', 'commit', 'keep-git-dir', 'submodules', 'mtime', 'fetch-by-commit'];

function withPrefix(prefix: string, name: string | undefined): string | undefined {
  return name === undefined || name.startsWith(prefix) ? name : prefix + name;
}
