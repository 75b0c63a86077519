import { faultError, imageVariables, splitVariable, workingDir, type InstructionTrace, type InstructionValues } from '../../../language/dockerfile/index.ts';
import { mountableVertex } from './context-origin.ts';
import type { Conversion } from './conversion.ts';
import { atLocation, frontendError } from '../error.ts';
import { InstructionContext } from './instructions/context.ts';
import { convertArg } from './instructions/arg.ts';
import { convertCmd } from './instructions/cmd.ts';
import { convertCopy } from './instructions/copy.ts';
import { convertEntrypoint } from './instructions/entrypoint.ts';
import { convertEnv } from './instructions/env.ts';
import { convertExpose } from './instructions/expose.ts';
import { convertHealthcheck } from './instructions/healthcheck.ts';
import { convertLabel } from './instructions/label.ts';
import { convertMaintainer } from './instructions/maintainer.ts';
import { convertOnbuild } from './instructions/onbuild.ts';
import { convertRun } from './instructions/run.ts';
import { convertShell } from './instructions/shell.ts';
import { convertStopsignal } from './instructions/stopsignal.ts';
import { convertUser } from './instructions/user.ts';
import { convertVolume } from './instructions/volume.ts';
import { convertWorkdir } from './instructions/workdir.ts';
import type { PlannedInstruction, StageState } from './stage.ts';

/** Carries out the instructions of a stage whose base and sources stand. Faults are left with the conversion as long as going on can find more of them. */
export function convertStage(conversion: Conversion, stage: StageState): void {
  stage.inherit();
  stage.isConverted = true;
  startFromConfig(stage);
  if (stage.platform?.os === 'windows') {
    throw frontendError('WINDOWS', 'Cannot build for windows: it is a Windows image', 'Only Linux images can be built.', stage.location);
  }
  // instructions build on a state, which a folder of the user's is not
  stage.vertex = mountableVertex(conversion, stage.state, '/');
  for (const [index, planned] of stage.instructions.entries()) {
    const traced = stage.trace!.instructions[index]!;
    try {
      reportTraced(conversion, planned, traced);
      convertInstruction(new InstructionContext(conversion, stage, planned), traced.values);
    } catch (error) {
      conversion.fail(atLocation(error, planned.location));
      // what comes after would be reported with values that are not the meant ones
      if (!standsAlone.has(traced.values.kind)) conversion.throwFaults();
    }
  }
}

/** Instructions on which those after them do not depend for their values. */
const standsAlone: ReadonlySet<InstructionValues['kind']> = new Set(['run', 'copy', 'add', 'expose', 'stopsignal', 'volume', 'label', 'healthcheck']);

/** What the config says counts again from here: an ARG of the base stage does not hide its ENV any more. */
function startFromConfig(stage: StageState): void {
  const { config } = stage.image;
  config.Env = imageVariables(config.Env ?? []);
  for (const entry of config.Env) stage.environment.set(...splitVariable(entry));
  if (config.WorkingDir) {
    config.WorkingDir = workingDir('/', config.WorkingDir);
    stage.workingDir = config.WorkingDir;
  }
}

/** What was found while the words were expanded. Errors: the first fault. */
function reportTraced(conversion: Conversion, { location }: PlannedInstruction, { undefinedNames, faults }: InstructionTrace): void {
  for (const undefinedName of undefinedNames) conversion.report({ rule: 'UndefinedVar', location, ...undefinedName });
  if (faults[0] !== undefined) throw faultError(faults[0]);
}

function convertInstruction(context: InstructionContext, values: InstructionValues): void {
  switch (values.kind) {
    case 'arg':
      return convertArg(context, values);
    case 'cmd':
      return convertCmd(context, values);
    case 'copy':
    case 'add':
      return convertCopy(context, values);
    case 'entrypoint':
      return convertEntrypoint(context, values);
    case 'env':
      return convertEnv(context, values);
    case 'expose':
      return convertExpose(context, values);
    case 'healthcheck':
      return convertHealthcheck(context, values);
    case 'label':
      return convertLabel(context, values);
    case 'maintainer':
      return convertMaintainer(context, values);
    case 'onbuild':
      return convertOnbuild(context, values);
    case 'run':
      return convertRun(context, values);
    case 'shell':
      return convertShell(context, values);
    case 'stopsignal':
      return convertStopsignal(context, values);
    case 'user':
      return convertUser(context, values);
    case 'volume':
      return convertVolume(context, values);
    case 'workdir':
      return convertWorkdir(context, values);
    default:
      return values satisfies never;
  }
}
