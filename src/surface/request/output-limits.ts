/** BuildKit's. */
const DEFAULT_BYTES = 2 * 1024 * 1024;
const DEFAULT_BYTES_PER_SECOND = 200 * 1024;

/** How much of a step's output is shown: BUILDKIT_STEP_LOG_MAX_SIZE and BUILDKIT_STEP_LOG_MAX_SPEED in bytes, -1 for no limit; what is no number is unsaid, as with BuildKit. */
export function outputLimits(env: Readonly<Record<string, string | undefined>>): { readonly maxBytes?: number; readonly maxBytesPerSecond?: number } {
  const maxBytes = limit(env['BUILDKIT_STEP_LOG_MAX_SIZE'], DEFAULT_BYTES);
  const maxBytesPerSecond = limit(env['BUILDKIT_STEP_LOG_MAX_SPEED'], DEFAULT_BYTES_PER_SECOND);
  return { ...(maxBytes === undefined ? {} : { maxBytes }), ...(maxBytesPerSecond === undefined ? {} : { maxBytesPerSecond }) };
}

function limit(text: string | undefined, standard: number): number | undefined {
  const value = /^[+-]?\d+$/.test(text ?? '') ? Number(text) : standard;
  return value < 0 ? undefined : value;
}
