import { parsePlatform, type Platform } from '../../../core/oci/index.ts';
import { type Rule, quoted } from './rule.ts';

/** A stage that has the system or the architecture in its name is meant for it. */
export const fromPlatformFlagConstDisallowed: Rule = {
  name: 'FromPlatformFlagConstDisallowed',
  description: 'FROM --platform flag should not use a constant value',
  url: 'https://docs.docker.com/go/dockerfile/rule/from-platform-flag-const-disallowed/',
  *find({ trace }) {
    for (const { from } of trace.stages) {
      const { instruction, platform } = from;
      if (platform === undefined || platform.fault !== undefined || platform.matched.length > 0 || platform.unmatched.length > 0) continue;
      const parsed = tryParse(platform.text);
      const name = instruction.name?.toLowerCase() ?? '';
      if (parsed === undefined || name.includes(parsed.os) || name.includes(parsed.architecture)) continue;
      yield { message: `FROM --platform flag should not use constant value ${quoted(platform.text)}`, at: instruction };
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
