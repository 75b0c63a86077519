export { checkResult, outlineResult, targetsResult } from './call-result.ts';
