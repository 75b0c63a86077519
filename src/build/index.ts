export type { Annotation, BuildRequest, Compression, ContextSource, Entitlement, Output, SecretSource, SshSource } from './request.ts';
export type { Build, BuildEvent, BuildResult, ImageResult } from './events.ts';
export type {
  DiskRecord,
  DiskUsage,
  DoctorFact,
  DoctorReport,
  Engine,
  Environment,
  PruneOptions,
  PruneResult,
  StoredImage,
} from './commands.ts';
