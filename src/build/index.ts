export type { Annotation, BuildRequest, Compression, ContextSource, Entitlement, Output, SecretSource, SshSource } from './request.ts';
export type { Build, BuildEvent, BuildResult, ImageResult } from './events.ts';
export type { DiskRecord, DiskUsage, DoctorFact, DoctorReport, Engine, Environment, PruneOptions, PruneResult, StoredImage } from './commands.ts';
export { build } from './build.ts';
export { diskUsage, listImages, prune } from './store-commands.ts';
export { doctor } from './doctor.ts';
export { version } from '../version.ts';
