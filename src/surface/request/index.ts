export type { BuildRequest, Annotation, Entitlement, Output, ContextSource, SecretSource, SshSource, Compression } from './request.ts';
export { readBuiltInArgs, type BuiltInArgs } from './built-in-args.ts';
export type { Environment } from './environment.ts';
export { RequestError, requestError } from './error.ts';
export { givenBuildArgs } from './given-build-args.ts';
export { readSettings, type Settings, storeRoot } from './settings.ts';
export { outputLimits } from './output-limits.ts';
export { workingFolder } from './working-folder.ts';
