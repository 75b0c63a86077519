import { BuildError, locate } from '../../core/errors.ts';
import type { Vertex } from '../../decide/graph/index.ts';
import type { Devices } from '../../host/devices/index.ts';
import type { BuildRequest, Entitlement } from '../request/index.ts';

type EntitlementErrorCode =
  /** A step asks for more than the sandbox allows. Allow it with --allow if you trust the Dockerfile. */
  'ENTITLEMENT_MISSING';

class EntitlementError extends BuildError<EntitlementErrorCode> {}

/** Steps that ask for more than the sandbox need `--allow`. Errors, at the step's line: ENTITLEMENT_MISSING, DEVICE_INVALID, DEVICE_MISSING. */
export async function checkEntitlements(request: BuildRequest, vertices: readonly Vertex[], devices: Devices): Promise<void> {
  const allow: readonly Entitlement[] = request.allow ?? [];
  for (const vertex of vertices) {
    if (vertex.op.kind !== 'run') continue;
    try {
      if (vertex.op.security === 'insecure' && !allow.includes('security.insecure')) throw missing(vertex, 'RUN --security=insecure', 'security.insecure');
      if (vertex.op.devices.length === 0) continue;
      const allowed = await devices.allowed(allow);
      const refused = (await devices.needed(vertex.op.devices)).find((name) => !allowed(name));
      if (refused !== undefined) throw missing(vertex, `device ${refused}`, `device=${refused}`);
    } catch (error) {
      if (error instanceof BuildError) locate(error, vertex.meta.location);
      throw error;
    }
  }
}

function missing(vertex: Vertex, what: string, entitlement: Entitlement): EntitlementError {
  return new EntitlementError('ENTITLEMENT_MISSING', `Cannot run ${vertex.meta.name}: ${what} is not allowed`, {
    family: 'validation',
    hint: `Allow it with --allow ${entitlement}.`,
  });
}
