import { DockerfileError, fault } from '../error.ts';
import type { TraceFault } from './trace.ts';

/** What `work` gives; a fault of the Dockerfile is given to `keep` instead of being thrown. */
export function attempt<T>(work: () => T, keep: (error: DockerfileError) => void): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    keep(error);
    return undefined;
  }
}

export function traceFault({ code, message, hint }: DockerfileError): TraceFault {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

/** The error again, without a place. */
export function faultError({ code, message, hint }: TraceFault): DockerfileError {
  return fault(code, message, { hint });
}
