import type { SourceLocation } from '../../../core/errors.ts';
import { Variables, type ArgValue, type Instruction, type Stage, type StageTrace } from '../../../language/dockerfile/index.ts';
import type { Vertex } from '../../graph/index.ts';
import type { Platform } from '../../../core/oci/index.ts';
import type { ImageDraft } from './image-draft.ts';
import type { HistoryEntry, ResolvedImage } from '../request.ts';

/** An instruction of a stage, with the stages that it reads. */
export interface PlannedInstruction {
  readonly instruction: Instruction;
  /** For COPY the one of --from; for RUN one for each mount. */
  readonly sources: readonly (StageState | undefined)[];
  readonly location: SourceLocation;
  /** It came from an ONBUILD of the base. */
  readonly isTrigger: boolean;
}

/** A stage while it is turned into vertices; also an image or context that COPY --from or a mount names. */
export class StageState {
  /** Absent for what is no stage of the Dockerfile. */
  readonly stage: Stage | undefined;
  /** Expanded; the image, stage or context that it begins with. */
  readonly baseName: string;
  readonly location: SourceLocation;
  /** As shown; '' where it is the only one. */
  shownName: string;
  base: StageState | undefined;
  /** The stages that its instructions read, with the instruction that does. */
  readonly dependencies = new Map<StageState, PlannedInstruction>();
  instructions: readonly PlannedInstruction[] = [];
  /** The named context that stands in for the stage. */
  replacedBy: string | undefined;
  isResolved = false;
  isConverted = false;
  areTriggersPlanned = false;
  ignoreCache = false;

  platform: Platform | undefined;
  vertex: Vertex | undefined;
  environment = new Variables();
  workingDir = '/';
  image: ImageDraft = { config: {} };
  baseImage: ResolvedImage | undefined;
  history: HistoryEntry[] = [];
  /** The ARGs so far, those of the base stage too. */
  buildArgs: ArgValue[] = [];
  hasCommand = false;
  stepTotal = 0;
  stepIndex = 0;
  /** Once its base is known; absent for what is no stage of the Dockerfile. */
  trace: StageTrace | undefined;

  constructor(stage: Stage | undefined, baseName: string, shownName: string, location: SourceLocation) {
    this.stage = stage;
    this.baseName = baseName;
    this.shownName = shownName;
    this.location = location;
  }

  /** Takes over what a stage has from the stage that it begins with. */
  inherit(): void {
    const { base } = this;
    if (base === undefined) return;
    this.platform = base.platform;
    this.vertex = base.vertex;
    this.environment = base.environment.clone();
    this.workingDir = base.workingDir;
    this.image = structuredClone(base.image);
    // triggers fire in the next stage only
    delete this.image.config.OnBuild;
    this.baseImage = base.baseImage;
    this.history = [...base.history];
    this.buildArgs = [...base.buildArgs];
  }

  /** The state so far. */
  get state(): Vertex {
    if (this.vertex === undefined) throw new Error(`stage ${this.shownName || this.baseName} is used before it was converted`);
    return this.vertex;
  }
}
