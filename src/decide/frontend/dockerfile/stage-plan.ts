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
    return this.states.flatMap(({ stage, shownName }) => stage?.name ?? (stage === undefined || shownName === '' ? [] : [shownName]));
  }
}

/** The stage and all that it needs. */
export function neededStages(target: StageState): Set<StageState> {
  // grows while it is gone through
  const needed = new Set([target]);
  for (const state of needed) for (const next of directNeeds(state)) needed.add(next);
  return needed;
}

/** A way from a stage back to itself over what it begins with and what its instructions read, as the stages on it. */
export function findCycle(plan: StagePlan): readonly StageState[] | undefined {
  const done = new Set<StageState>();
  for (const start of plan.states) {
    const path: { readonly state: StageState; readonly rest: StageState[] }[] = [];
    const onPath = new Set<StageState>();
    const enter = (state: StageState): void => {
      path.push({ state, rest: directNeeds(state) });
      onPath.add(state);
    };
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.shift();
      if (next === undefined) {
        path.pop();
        onPath.delete(top.state);
        done.add(top.state);
      } else if (onPath.has(next)) {
        return path.map(({ state }) => state).slice(path.findIndex(({ state }) => state === next));
      } else if (!done.has(next)) {
        enter(next);
      }
    }
  }
  return undefined;
}

function directNeeds({ base, dependencies }: StageState): StageState[] {
  return [...(base === undefined ? [] : [base]), ...dependencies.keys()];
}
