import { neededInstructions, type InstructionValues } from '../evaluate/trace.ts';
import { type Rule, quoted } from './rule.ts';

const secret = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
const harmless = /(?:_|^)(?:public|file|version)(?:_|$)/i;

export const secretsUsedInArgOrEnv: Rule = {
  name: 'SecretsUsedInArgOrEnv',
  description: 'Sensitive data should not be used in the ARG or ENV commands',
  url: 'https://docs.docker.com/go/dockerfile/rule/secrets-used-in-arg-or-env/',
  *find({ trace }) {
    for (const at of neededInstructions(trace)) {
      for (const key of keysOf(at.values)) {
        if (!secret.test(key) || harmless.test(key)) continue;
        yield { message: `Do not use ARG or ENV instructions for sensitive data (${at.values.kind.toUpperCase()} ${quoted(key)})`, at };
      }
    }
  },
};

function keysOf(values: InstructionValues): readonly string[] {
  if (values.kind === 'arg') return values.args.map(({ name }) => name);
  return values.kind === 'env' ? values.pairs.map(([key]) => key) : [];
}
