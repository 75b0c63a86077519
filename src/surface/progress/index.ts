export type { BuildResult, BuildEvent, Build, ImageResult } from './events.ts';
export { EventQueue } from './event-queue.ts';
export { shownEvent } from './shown-event.ts';
export { tellStep, type EmitEvent, type StepProgress, forward } from './steps.ts';
export { BaseSteps } from './base-steps.ts';
