export { checkOutputs, exportOutputs } from './export-outputs.ts';
export { formatOf, type PlatformBuild } from './image-set.ts';
