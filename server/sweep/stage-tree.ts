import type { Arm } from './arm.ts';
import { effectiveLoss, effectiveSettings, hasIntraPhase } from './effective.ts';
import { isOthers, isProgram } from './settings.ts';

/** A stretch of batches [from, to) under one set of effective settings, for every seed alike. */
export interface StageNode {
  /** Position in the tree; parents come before their children. */
  id: number;
  from: number;
  to: number;
  /** Id of the stage from whose last state this stage starts; null where it starts from the initial weights. */
  parent: number | null;
  alpha: number;
  gamma: number;
  /** β in force: 0 before the switch. */
  beta: number;
  /** ε in force; null before the switch. */
  epsilon: number | null;
  /**
   * Index of the arm whose loss and training settings the stage has; all arms that pass through the stage have equal
   * ones.
   */
  settingsOf: number;
  /** Index of the arm whose last stage this is; null for a trunk that only leads on. */
  arm: number | null;
  /** How many arms pass through the stage: a trunk has more than one. */
  arms: number;
}

export type TreeArm = Pick<Arm, 'index' | 'alpha' | 'beta' | 'gamma' | 'epsilon' | 'N' | 'loss' | 'training'>;

/**
 * The stage tree of one seed. Arms with equal α, γ and settings share one trunk, on which β is 0 and ε is nowhere. The
 * trunk is cut at every N, where the arms with this N fork. An arm without the intra-class phase is its trunk carried
 * to the end.
 */
export function buildStageTree(arms: readonly TreeArm[]): StageNode[] {
  const nodes: StageNode[] = [];
  for (const group of groupByTrunk(arms)) {
    if (canFork(group[0]!)) addGroup(group, nodes);
    else for (const arm of group) addWhole(arm, nodes);
  }
  return nodes;
}

/** The stages of every arm by its index, first to last. */
export function stagePaths(tree: readonly StageNode[]): Map<number, StageNode[]> {
  const leaves = tree.filter(({ arm }) => arm !== null);
  return new Map(leaves.map((leaf) => [leaf.arm!, lineTo(tree, leaf)]));
}

function lineTo(tree: readonly StageNode[], leaf: StageNode): StageNode[] {
  const line = [leaf];
  for (let node = leaf; node.parent !== null; line.unshift(node)) node = tree[node.parent]!;
  return line;
}

/** Batches that one seed trains; a shared stage counts once. */
export function batchesOf(tree: readonly StageNode[]): number {
  return tree.reduce((sum, { from, to }) => sum + (to - from), 0);
}

/**
 * Groups of arms with equal α, γ and settings. The arms of a group have a trunk in common, except those that switch at
 * batch 0.
 */
export function groupByTrunk<A extends TreeArm>(arms: readonly A[]): A[][] {
  const lossIds = makeIds((loss: TreeArm['loss']) => JSON.stringify(effectiveLoss(loss)));
  const partIds = makeIds((part: object) => JSON.stringify(part));
  const trainingIds = makeIds((training: TreeArm['training']) => {
    if (isOthers(training)) return JSON.stringify(training);
    const { dataset, model, optimizer, ...length } = training;
    return JSON.stringify([partIds(dataset), partIds(model), partIds(optimizer), length]);
  });
  const groups = new Map<string, A[]>();
  for (const arm of arms) {
    const key = `${arm.alpha} ${arm.gamma} ${lossIds(arm.loss)} ${trainingIds(arm.training)}`;
    const group = groups.get(key);
    if (group) group.push(arm);
    else groups.set(key, [arm]);
  }
  return [...groups.values()];
}

/**
 * Numbers for objects; objects with equal texts get equal numbers. Arms share their settings objects, so each object is
 * written out only once.
 */
function makeIds<T extends object>(toText: (value: T) => string): (value: T) => number {
  const byObject = new Map<T, number>();
  const byText = new Map<string, number>();
  return (value) => {
    let id = byObject.get(value);
    if (id === undefined) {
      const text = toText(value);
      id = byText.get(text) ?? byText.size;
      byText.set(text, id);
      byObject.set(value, id);
    }
    return id;
  };
}

/** Whether training can go on from a checkpoint under other settings. Every network of Cosweep's own can. */
export function canFork({ training }: Pick<TreeArm, 'training'>): boolean {
  return !isOthers(training) || (isProgram(training) && training.program.fork);
}

/** The one stage of an arm that shares nothing. */
function addWhole(arm: TreeArm, nodes: StageNode[]): void {
  const { index, alpha, gamma, training } = arm;
  const { beta, epsilon } = effectiveSettings(arm);
  const to = training.batches;
  nodes.push({
    id: nodes.length,
    from: 0,
    to,
    parent: null,
    alpha,
    gamma,
    beta,
    epsilon,
    settingsOf: index,
    arm: index,
    arms: 1,
  });
}

function addGroup(group: readonly TreeArm[], nodes: StageNode[]): void {
  const { alpha, gamma, index, training } = group[0]!;
  const switching = group.filter(hasIntraPhase);
  const whole = group.find((arm) => !hasIntraPhase(arm));
  const cuts = [...new Set(switching.map(({ N }) => N)), ...(whole ? [training.batches] : [])]
    .filter((N) => N > 0)
    .sort((a, b) => a - b);
  const trunkEndingAt = new Map<number, number>();
  const remaining = countFrom(group);
  let parent: number | null = null;
  let from = 0;
  for (const to of cuts) {
    const id: number = nodes.length;
    nodes.push({
      id,
      from,
      to,
      parent,
      alpha,
      gamma,
      beta: 0,
      epsilon: null,
      settingsOf: index,
      arm: to === training.batches ? (whole?.index ?? null) : null,
      arms: remaining(to),
    });
    trunkEndingAt.set(to, id);
    parent = id;
    from = to;
  }
  for (const { index: arm, N, beta, epsilon } of switching) {
    nodes.push({
      id: nodes.length,
      from: N,
      to: training.batches,
      parent: trunkEndingAt.get(N) ?? null,
      alpha,
      gamma,
      beta,
      epsilon,
      settingsOf: arm,
      arm,
      arms: 1,
    });
  }
}

/** How many arms of a group are still on the trunk just before batch `to`. Calls must come in rising order of `to`. */
function countFrom(group: readonly TreeArm[]): (to: number) => number {
  const ends = group.map((arm) => (hasIntraPhase(arm) ? arm.N : arm.training.batches)).sort((a, b) => a - b);
  let left = 0;
  return (to) => {
    while (left < ends.length && ends[left]! < to) left++;
    return ends.length - left;
  };
}
