import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outputLimits } from './output-limits.ts';

test('outputLimits are BuildKit’s, or as its variables say', () => {
  const standard = { maxBytes: 2_097_152, maxBytesPerSecond: 204_800 };
  assert.deepEqual(outputLimits({}), standard);
  assert.deepEqual(outputLimits({ BUILDKIT_STEP_LOG_MAX_SIZE: 'much', BUILDKIT_STEP_LOG_MAX_SPEED: '' }), standard);
  assert.deepEqual(outputLimits({ BUILDKIT_STEP_LOG_MAX_SIZE: '10', BUILDKIT_STEP_LOG_MAX_SPEED: '-1' }), { maxBytes: 10 });
  assert.deepEqual(outputLimits({ BUILDKIT_STEP_LOG_MAX_SIZE: '-1', BUILDKIT_STEP_LOG_MAX_SPEED: '-1' }), {});
});
