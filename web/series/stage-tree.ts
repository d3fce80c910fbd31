import type { StageRow } from '../../server/http/schemas/stage.ts';
import type { RunState } from '../../server/sweep/results.ts';

/** One stage as a bar over the axis of batches. Places and widths are shares of that axis, from 0 to 1. */
export interface StageBar {
  stage: StageRow;
  /** `unreached`: a stage that leads to it diverged, so it is never trained. */
  state: RunState | 'unreached';
  left: number;
  width: number;
  /** Share of the bar that is trained. */
  done: number;
  /**
   * How many lanes above is the stage that this one forks from; 0 where this stage goes on in the lane or starts from
   * the initial weights.
   */
  up: number;
}

/** Bars one after another. The arms that end with the last bar name the lane. */
export type StageLane = StageBar[];

export interface SeedTree extends StageTotals {
  seed: number;
  /** Batches of the longest path. */
  end: number;
  lanes: StageLane[];
  running: StageBar[];
  /** The first batch, the switch batches and the end; a switch batch that is too near to another tick is left out. */
  ticks: number[];
}

export interface StageTotals {
  /** Batches trained so far, and batches that the tree has by now. */
  trained: number;
  batches: number;
  /** Batches that its runs take when each is trained from batch 0. */
  unshared: number;
  /** True while stages that several ε share are still to be trained: a split adds batches. */
  mayGrow: boolean;
}

/** Two numbers under the axis need this share of it between them. */
const TICK_ROOM = 0.08;

/**
 * The trees of a sweep by seed. A trunk keeps its lane; a later fork stands nearer to the trunk, so that no line
 * crosses a bar.
 */
export function layoutStageTree(stages: readonly StageRow[]): SeedTree[] {
  const bySeed = new Map<number, StageRow[]>();
  for (const stage of stages) bySeed.set(stage.seed, [...(bySeed.get(stage.seed) ?? []), stage]);
  return [...bySeed].map(([seed, own]) => layoutSeed(seed, own));
}

/** @param stages of one seed or of all */
export function countBatches(stages: readonly StageRow[]): StageTotals {
  const sum = (count: (stage: StageRow) => number): number => stages.reduce((total, stage) => total + count(stage), 0);
  return {
    trained: sum(({ from, batch, taken }) => batch - from - taken),
    batches: sum(({ from, to, taken }) => to - from - taken),
    unshared: sum(({ from, to, runs }) => (to - from) * runs.length),
    mayGrow: stages.some((stage) => sharesEpsilon(stage) && (stage.state === 'running' || stage.state === 'waiting')),
  };
}

/** True for a stage in the intra-class phase that is still one computation for several ε. */
export function sharesEpsilon({ params, runs }: Pick<StageRow, 'params' | 'runs'>): boolean {
  return runs.length > 1 && params.N !== null && params.epsilon === null;
}

/** True where every stored batch of a stage was taken from the trunk. */
export function isTaken({ from, batch, taken }: Pick<StageRow, 'from' | 'batch' | 'taken'>): boolean {
  return taken > 0 && taken === batch - from;
}

/** A stage and all stages that lead to it. */
export function pathTo(lanes: readonly StageLane[], id: string | null): Set<string> {
  const parents = new Map(lanes.flat().map(({ stage }) => [stage.id, stage.parent]));
  const path = new Set<string>();
  for (let at = id; at !== null && parents.has(at); at = parents.get(at)!) path.add(at);
  return path;
}

function layoutSeed(seed: number, stages: readonly StageRow[]): SeedTree {
  const end = Math.max(1, ...stages.map(({ to }) => to));
  const lanes = layoutLanes(stages, end);
  return {
    seed,
    end,
    lanes,
    running: lanes.flat().filter(({ state }) => state === 'running'),
    ticks: chooseTicks(stages, end),
    ...countBatches(stages),
  };
}

function layoutLanes(stages: readonly StageRow[], end: number): StageLane[] {
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  const children = new Map<string | null, StageRow[]>();
  for (const stage of stages) {
    const parent = stage.parent !== null && byId.has(stage.parent) ? stage.parent : null;
    children.set(parent, [...(children.get(parent) ?? []), stage]);
  }
  const lanes: StageLane[] = [];
  const place = (stage: StageRow, parent: StageBar | null, lane: number, up: number): void => {
    const bar = toBar(stage, parent, end, up);
    (lanes[lane] ??= []).push(bar);
    const [next, ...forks] = (children.get(stage.id) ?? []).sort(trunkFirst);
    if (next) place(next, bar, lane, 0);
    for (const fork of forks) place(fork, bar, lanes.length, lanes.length - lane);
  };
  for (const root of (children.get(null) ?? []).sort(trunkFirst)) place(root, null, lanes.length, 0);
  return lanes;
}

function toBar(stage: StageRow, parent: StageBar | null, end: number, up: number): StageBar {
  const { from, to, batch } = stage;
  return {
    stage,
    state: shownState(stage, parent),
    left: from / end,
    width: (to - from) / end,
    done: to > from ? (batch - from) / (to - from) : 1,
    up,
  };
}

/**
 * A stage comes with the state of its runs. The runs may still be busy in a stage before it, or may have diverged
 * there.
 */
function shownState({ state }: StageRow, parent: StageBar | null): StageBar['state'] {
  if (parent === null || parent.state === 'complete') return state;
  if (parent.state === 'diverged' || parent.state === 'unreached') return 'unreached';
  return state === 'running' ? 'waiting' : state;
}

/**
 * Orders siblings: the trunk carried on first, then by N, β and ε. A stage that several ε still share comes before
 * stages of a single ε.
 */
function trunkFirst(a: StageRow, b: StageRow): number {
  const keys = ['N', 'beta', 'epsilon', 'alpha', 'gamma'] as const;
  const found = keys
    .map((key) => (a.params[key] ?? -Infinity) - (b.params[key] ?? -Infinity))
    .find((difference) => difference < 0 || difference > 0);
  return found ?? 0;
}

function chooseTicks(stages: readonly StageRow[], end: number): number[] {
  const switches = [...new Set(stages.flatMap(({ params }) => (params.N == null ? [] : [params.N])))].sort(
    (a, b) => a - b,
  );
  const ticks = [0];
  for (const N of switches) if (N - ticks.at(-1)! >= TICK_ROOM * end && end - N >= TICK_ROOM * end) ticks.push(N);
  return [...ticks, end];
}
