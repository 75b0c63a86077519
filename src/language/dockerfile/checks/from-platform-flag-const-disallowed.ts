import { parsePlatform, type Platform } from '../../../core/oci/index.ts';
import { type Rule, quoted } from './rule.ts';

/** A stage that has the system or the architecture in its name is meant for it. */
export const fromPlatformFlagConstDisallowed: Rule = {
  name: 'FromPlatformFlagConstDisallowed',
  description: 'FROM --platform flag should not use a constant value',
  url: 'https://docs.docker.com/go/dockerfile/rule/from-platform-flag-const-disallowed/',
  *find({ froms }) {
    for (const { from, platform } of froms) {
      if (platform === undefined || platform.matched.size > 0 || platform.unmatched.size > 0) continue;
      const parsed = tryParse(platform.text);
      const name = from.name?.toLowerCase() ?? '';
      if (parsed === undefined || name.includes(parsed.os) || name.includes(parsed.architecture)) continue;
      yield { message: `FROM --platform flag should not use constant value ${quoted(platform.text)}`, at: from };
    }
  },
};

function tryParse(text: string): Platform | undefined {
  try {
    return parsePlatform(text, { os: 'linux', architecture: 'amd64' });
  } catch {
    return undefined;
  }
}
