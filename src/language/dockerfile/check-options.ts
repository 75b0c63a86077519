import type { Comment } from './ast.ts';
import { fault } from './error.ts';
import { parseGoBool, trim } from '../../core/go/index.ts';

/** What `# check=` or the build argument BUILDKIT_DOCKERFILE_CHECK says. */
export interface CheckOptions {
  readonly skip: 'all' | readonly string[];
  readonly experimental: 'all' | readonly string[];
  /** Any warning fails the build. */
  readonly error: boolean;
}

/** `skip=A,B;error=true;experimental=all`. Errors: BAD_CHECK_OPTION. */
export function parseCheckOptions(text: string): CheckOptions {
  let skip: CheckOptions['skip'] = [];
  let experimental: CheckOptions['experimental'] = [];
  let error = false;
  const value = trim(text);
  for (const part of value === '' ? [] : splitParts(value)) {
    const cut = part.indexOf('=');
    if (cut < 0)
      throw fault('BAD_CHECK_OPTION', `Cannot use check options ${JSON.stringify(value)}: invalid check option ${JSON.stringify(part)}`, {
        hint: 'Write skip=RULE,RULE;error=true.',
      });
    const key = trim(part.slice(0, cut));
    const given = trim(part.slice(cut + 1));
    if (key === 'skip') skip = parseRules(given);
    else if (key === 'experimental') experimental = parseRules(given);
    else if (key === 'error') {
      const flag = parseGoBool(given);
      if (flag === undefined)
        throw fault('BAD_CHECK_OPTION', `Cannot use check options ${JSON.stringify(value)}: ${JSON.stringify(given)} is neither true nor false`, {
          hint: 'Write error=true or error=false.',
        });
      error = flag;
    } else {
      throw fault('BAD_CHECK_OPTION', `Cannot use check options ${JSON.stringify(value)}: invalid check option ${JSON.stringify(key)}`, {
        hint: 'Options are skip, error and experimental.',
      });
    }
  }
  return { skip, experimental, error };
}

/** What the comments above one instruction say for it; undefined where none of them is a `# check=`. */
export function parseCheckComments(comments: readonly Comment[]): CheckOptions | undefined {
  // as in the directive, text after a blank is for the reader
  const found = comments.map(({ text }) => /^check\s*=\s*([^\s][^ ]*)/i.exec(text)?.[1]).filter((value) => value !== undefined);
  const options = found.map(tryParse).filter((each) => each !== undefined);
  if (options.length === 0) return undefined;
  return {
    skip: merge(options.map(({ skip }) => skip)),
    experimental: merge(options.map(({ experimental }) => experimental)),
    error: options.some(({ error }) => error),
  };
}

/** A comment that only looks like options says nothing. */
function tryParse(text: string): CheckOptions | undefined {
  try {
    return parseCheckOptions(text);
  } catch {
    return undefined;
  }
}

function merge(lists: readonly ('all' | readonly string[])[]): 'all' | readonly string[] {
  const rules = lists.filter((list) => list !== 'all');
  return rules.length < lists.length ? 'all' : [...new Set(rules.flat())];
}

/** At most three parts: a further `;` belongs to the last. */
function splitParts(text: string): string[] {
  const parts = text.split(';');
  return parts.length <= 3 ? parts : [...parts.slice(0, 2), parts.slice(2).join(';')];
}

function parseRules(text: string): 'all' | string[] {
  return text === 'all'
    ? 'all'
    : text
        .split(',')
        .map(trim)
        .filter((name) => name !== '');
}
