export { secretReader } from './secret-reader.ts';
export type { SecretSource, SshSource, Surroundings } from './secret-source.ts';
export { SecretsError, type SecretsErrorCode } from './error.ts';
export { SshAgents } from './ssh-agents.ts';
