import type { Instruction } from '../../language/dockerfile/index.ts';
import { mountableVertex } from './context-origin.ts';
import type { Conversion } from './conversion.ts';
import { splitVariable } from './environment.ts';
import { atLocation, frontendError } from './error.ts';
import { defaultPath } from './image-draft.ts';
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
import type { StageState } from './stage.ts';
import { workingDir } from './paths.ts';

/** Carries out the instructions of a stage whose base and sources stand. Faults are left with the conversion as long as going on can tell more of them. */
export function convertStage(conversion: Conversion, stage: StageState): void {
  stage.inherit();
  stage.isConverted = true;
  startFromConfig(stage);
  if (stage.platform?.os === 'windows') {
    throw frontendError('WINDOWS', 'Cannot build for windows: it is a Windows image', 'Only Linux images can be built.', stage.location);
  }
  // instructions build on a state, which a folder of the user's is not
  stage.vertex = mountableVertex(conversion, stage.state, '/');
  for (const planned of stage.instructions) {
    try {
      convertInstruction(new InstructionContext(conversion, stage, planned), planned.instruction);
    } catch (error) {
      conversion.fail(atLocation(error, planned.location));
      // what comes after would be told with values that are not the meant ones
      if (!standsAlone.has(planned.instruction.kind)) conversion.throwFaults();
    }
  }
}

/** Instructions on which those after them do not depend for their values. */
const standsAlone: ReadonlySet<Instruction['kind']> = new Set(['run', 'copy', 'add', 'expose', 'stopsignal', 'volume', 'label', 'healthcheck']);

/** What the config says counts again from here: an ARG of the base stage does not hide its ENV any more. */
function startFromConfig(stage: StageState): void {
  const { config } = stage.image;
  const env = config.Env ?? [];
  config.Env = env.some((entry) => splitVariable(entry)[0] === 'PATH') ? env : [...env, `PATH=${defaultPath}`];
  for (const entry of config.Env) stage.environment.set(...splitVariable(entry));
  if (config.WorkingDir) {
    config.WorkingDir = workingDir('/', config.WorkingDir);
    stage.workingDir = config.WorkingDir;
  }
}

function convertInstruction(context: InstructionContext, instruction: Instruction): void {
  switch (instruction.kind) {
    case 'arg':
      return convertArg(context, instruction);
    case 'cmd':
      return convertCmd(context, instruction);
    case 'copy':
    case 'add':
      return convertCopy(context, instruction);
    case 'entrypoint':
      return convertEntrypoint(context, instruction);
    case 'env':
      return convertEnv(context, instruction);
    case 'expose':
      return convertExpose(context, instruction);
    case 'healthcheck':
      return convertHealthcheck(context, instruction);
    case 'label':
      return convertLabel(context, instruction);
    case 'maintainer':
      return convertMaintainer(context, instruction);
    case 'onbuild':
      return convertOnbuild(context, instruction);
    case 'run':
      return convertRun(context, instruction);
    case 'shell':
      return convertShell(context, instruction);
    case 'stopsignal':
      return convertStopsignal(context, instruction);
    case 'user':
      return convertUser(context, instruction);
    case 'volume':
      return convertVolume(context, instruction);
    case 'workdir':
      return convertWorkdir(context, instruction);
    case 'from':
      throw new Error('FROM is no instruction within a stage');
    default:
      return instruction satisfies never;
  }
}
