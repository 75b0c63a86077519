import { type Rule, quoted } from './rule.ts';

const secret = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
const harmless = /(?:_|^)(?:public|file|version)(?:_|$)/i;

export const secretsUsedInArgOrEnv: Rule = {
  name: 'SecretsUsedInArgOrEnv',
  description: 'Sensitive data should not be used in the ARG or ENV commands',
  url: 'https://docs.docker.com/go/dockerfile/rule/secrets-used-in-arg-or-env/',
  *find({ stages }) {
    for (const { instruction, at, words } of stages.flatMap(({ steps }) => steps)) {
      if (instruction.kind !== 'arg' && instruction.kind !== 'env') continue;
      for (const key of words) {
        if (!secret.test(key) || harmless.test(key)) continue;
        yield { message: `Do not use ARG or ENV instructions for sensitive data (${instruction.kind.toUpperCase()} ${quoted(key)})`, at };
      }
    }
  },
};
