import type { StageState } from './stage.ts';

/** All stages of a Dockerfile, and after them the images and contexts that instructions name, found by number and name. */
export class StagePlan {
  readonly states: StageState[] = [];
  private readonly byName = new Map<string, StageState>();

  add(state: StageState): void {
    this.states.push(state);
    if (state.stage?.name !== undefined) this.byName.set(state.stage.name.toLowerCase(), state);
  }

  /** A stage by its name, in any case. */
  named(name: string): StageState | undefined {
    return this.byName.get(name.toLowerCase());
  }

  /** The stage that FROM names; here the case counts. */
  base(name: string): StageState | undefined {
    return this.byName.get(name);
  }

  names(): string[] {
    return this.states.flatMap((state) => (state.stage === undefined || state.shownName === '' ? [] : [state.shownName]));
  }
}

/** The stage and all that it needs. */
export function neededStages(target: StageState): Set<StageState> {
  const needed = new Set<StageState>();
  const visit = (state: StageState): void => {
    if (needed.has(state)) return;
    needed.add(state);
    if (state.base !== undefined) visit(state.base);
    for (const dependency of state.dependencies.keys()) visit(dependency);
  };
  visit(target);
  return needed;
}

/** A way from a stage back to itself over what its instructions read, as the stages on it. */
export function findCycle(plan: StagePlan): readonly StageState[] | undefined {
  const done = new Set<StageState>();
  const path: StageState[] = [];
  const visit = (state: StageState): readonly StageState[] | undefined => {
    const start = path.indexOf(state);
    if (start >= 0) return path.slice(start);
    if (done.has(state)) return undefined;
    path.push(state);
    for (const next of [...(state.base === undefined ? [] : [state.base]), ...state.dependencies.keys()]) {
      const cycle = visit(next);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(state);
    return undefined;
  };
  for (const state of plan.states) {
    const cycle = visit(state);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
