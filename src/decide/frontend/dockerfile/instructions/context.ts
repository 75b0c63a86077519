import type { SourceLocation } from '../../../../core/errors.ts';
import type { Op, Vertex } from '../../../graph/index.ts';
import type { Platform } from '../../../../core/oci/index.ts';
import type { Conversion } from '../conversion.ts';
import type { StageState } from '../stage.ts';
import { nextStepName, stepName } from '../vertex-name.ts';

/** What the conversion of one instruction works with. */
export class InstructionContext {
  readonly conversion: Conversion;
  readonly stage: StageState;
  readonly location: SourceLocation;
  readonly sources: readonly (StageState | undefined)[];
  private readonly isTrigger: boolean;

  constructor(
    conversion: Conversion,
    stage: StageState,
    place: { readonly location: SourceLocation; readonly isTrigger: boolean; readonly sources: readonly (StageState | undefined)[] },
  ) {
    this.conversion = conversion;
    this.stage = stage;
    this.location = place.location;
    this.isTrigger = place.isTrigger;
    this.sources = place.sources;
  }

  get platform(): Platform {
    return this.stage.platform ?? this.conversion.targetPlatform;
  }

  /** Makes the stage's next state. */
  advance(op: Op, inputs: readonly Vertex[], text: string): Vertex {
    return this.vertex(op, inputs, this.stepName(text));
  }

  vertex(op: Op, inputs: readonly Vertex[], name: string): Vertex {
    const { stage } = this;
    const isUncached = stage.ignoreCache && (op.kind === 'run' || op.kind === 'copy' || op.kind === 'merge');
    return this.conversion.vertex(op, inputs, { name, location: this.location, stage: stage.shownName, ...(isUncached && { ignoreCache: true }) });
  }

  /** The name of the next step. */
  stepName(text: string): string {
    return nextStepName(this.conversion, this.stage, text, this.nameOptions());
  }

  /** A further name for the step that has one already. */
  sameStepName(text: string): string {
    return stepName(this.conversion, this.stage, text, this.nameOptions());
  }

  private nameOptions(): { isTrigger: boolean; platform: Platform; environment: StageState['environment'] } {
    return { isTrigger: this.isTrigger, platform: this.platform, environment: this.stage.environment };
  }
}
