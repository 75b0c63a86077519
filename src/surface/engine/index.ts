export { build } from './build.ts';
export { doctor } from './doctor.ts';
export { diskUsage, listImages, prune } from './store-commands.ts';
export type { DoctorReport, DiskRecord, DiskUsage, StoredImage, PruneOptions, Engine, DoctorFact, PruneResult } from './commands.ts';
