import type { SourceLocation } from '../../../core/errors.ts';
import { expandWord, expandWords } from '../../../language/dockerfile/index.ts';
import type { Op, Vertex } from '../../graph/index.ts';
import type { Platform } from '../../../core/oci/index.ts';
import type { Conversion } from '../conversion.ts';
import type { StageState } from '../stage.ts';
import { nextStepName, stepName } from '../vertex-name.ts';

/** ARGs that are for the builder and are no variables of the steps. */
export const builderArgs: ReadonlySet<string> = new Set(['BUILDKIT_SBOM_SCAN_CONTEXT', 'BUILDKIT_SBOM_SCAN_STAGE']);

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

  /** A word with the variables that the stage has before the instruction. */
  readonly expand = (text: string): string => expandWord(text, this.expandOptions());

  /** As `expand`, then cut at blanks; as with docker build, names that nobody set are no findings here. */
  readonly expandToWords = (text: string): string[] => {
    const { escape, lookup } = this.expandOptions();
    return expandWords(text, { escape, lookup });
  };

  expandOptions(): { escape: '\\' | '`'; lookup: (name: string) => string | undefined; onUnmatched: (name: string) => void } {
    return {
      escape: this.conversion.dockerfile.escape,
      lookup: (name) => this.stage.environment.get(name),
      onUnmatched: (name) => this.reportUndefined(name),
    };
  }

  /** Makes the stage's next state. */
  step(op: Op, inputs: readonly Vertex[], text: string): Vertex {
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

  private reportUndefined(name: string): void {
    const { stage, conversion, location } = this;
    if (builderArgs.has(name) || stage.buildArgs.some(({ key }) => key === name)) return;
    conversion.report({ rule: 'UndefinedVar', location, name, suggestion: conversion.suggestions.nearest(name, stage.environment.names()) });
  }
}
