export { build } from './build.ts';
export { doctor } from './doctor.ts';
export { diskUsage, listImages, prune } from './store-commands.ts';
export type { BuildRequest, Annotation, Entitlement, Output, ContextSource, SecretSource, SshSource, Compression } from './request.ts';
export type { DoctorReport, DiskRecord, DiskUsage, StoredImage, PruneOptions, Engine, DoctorFact, Environment, PruneResult } from './commands.ts';
export type { Settings } from './settings.ts';
export { requestError } from './error.ts';
