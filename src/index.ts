export { BuildError, BuildErrors, type ErrorFamily, type SourceLocation } from './core/errors.ts';
export { build, doctor, diskUsage, listImages, prune } from './surface/engine/index.ts';
export type * from './surface/engine/index.ts';
export type { Build, BuildEvent, BuildResult, ImageResult } from './surface/progress/index.ts';
export type {
  Annotation,
  BuildRequest,
  Compression,
  ContextSource,
  Entitlement,
  Environment,
  Output,
  SecretSource,
  SshSource,
} from './surface/request/index.ts';
