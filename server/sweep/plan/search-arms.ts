import type { Assignment, ParamValue } from '../arm.ts';
import { holds, isOrdering, ORDERING } from '../space/constraint.ts';
import { type Definition, type Parameter, singleValue } from '../space/definition.ts';
import { type DraftArm, toDraftArm } from './draft-arm.ts';
import { finiteSpace, refuseEmptySpace } from './exhausted-space.ts';
import { gridAxes, GridWalk } from './grid.ts';
import { MAX_ARMS, MAX_FOLDED, MAX_POINTS, PlanMistake } from './plan-limits.ts';
import { namesIn, PointFilter, toValues } from './point-filter.ts';
import { boundRules, drawPoints, MAX_DRAWS } from './random-search.ts';
import type { Resolver } from './resolve-settings.ts';

/** The arms of a search before ablations, and what became of the other points. */
export interface SearchArms {
  arms: DraftArm[];
  dropped: { constraint: string; count: number }[];
  folded: number;
  notes: string[];
}

/**
 * Enumerates or draws the arms of a definition, folds those that are the same computation, and adds the included ones.
 */
export function searchArms(definition: Definition, resolver: Resolver): SearchArms {
  const found = search(definition, resolver);
  addIncluded(definition, resolver, found);
  if (found.arms.size > MAX_ARMS)
    throw new PlanMistake(
      'include',
      `found more than ${MAX_ARMS} arms with the included ones, wanted at most ${MAX_ARMS}`,
    );
  refuseLateSwitch(definition, found);
  return { ...found, arms: [...found.arms.values()], notes: [...found.notes, ...idleExcludes(found.dropped)] };
}

/** What is trained already is not searched: its arms are the included ones. */
function search(definition: Definition, resolver: Resolver): Found {
  if (definition.trainer === 'elsewhere') return { arms: new Map(), dropped: [], folded: 0, notes: [] };
  return definition.method === 'grid' ? searchGrid(definition, resolver) : searchRandom(definition, resolver);
}

interface Found {
  /** Arms by their key, which is equal for arms that are the same computation. */
  arms: Map<string, DraftArm>;
  dropped: { constraint: string; count: number }[];
  folded: number;
  notes: string[];
}

function searchGrid(definition: Definition, resolver: Resolver): Found {
  const { parameters, include } = definition;
  const walk = new GridWalk(gridAxes(parameters));
  const size = walk.sizeBelow(-1);
  if (size > MAX_POINTS)
    throw new PlanMistake(
      'parameters',
      `found a grid of ${size} points, wanted at most ${MAX_POINTS} points and ${MAX_ARMS} arms`,
    );
  const unit = unitOf(definition);
  const filter = new PointFilter(definition);
  const arms = new Map<string, DraftArm>();
  let folded = 0;
  let position: number;
  do {
    position = parameters.length - 1;
    const dropped = filter.judge(walk.values);
    if (dropped !== null) {
      // All points with the same values up to there break the same rule first.
      position = dropped.upTo;
      filter.dropAlike(dropped.rule, walk.sizeBelow(position) - 1);
    } else {
      const arm = toDraftArm(assignmentOf(parameters, walk.values), unit, resolver);
      if (arm !== null && arms.has(arm.key)) folded++;
      else if (arm !== null) arms.set(arm.key, arm);
      if (arms.size > MAX_ARMS)
        throw new PlanMistake(
          'parameters',
          `found more than ${MAX_ARMS} arms in a grid of ${size} points, wanted at most ${MAX_ARMS}`,
        );
      if (folded > MAX_FOLDED)
        throw new PlanMistake(
          'parameters',
          `found more than ${MAX_FOLDED} points that compute the same as others, wanted at most ${MAX_FOLDED}`,
        );
    }
  } while (walk.next(position));
  if (filter.passed === 0 && include.length === 0)
    throw new PlanMistake(
      'constraints',
      `found a grid of ${size} ${size === 1 ? 'point' : 'points'} of which nothing is left, ` +
        `wanted at least one arm: ${filter.describe()}`,
    );
  return { arms, dropped: filter.dropped, folded, notes: [] };
}

function searchRandom(definition: Definition, resolver: Resolver): Found {
  const { parameters, samplerSeed } = definition;
  const wanted = definition.runCap!;
  if (wanted > MAX_ARMS) throw new PlanMistake('runCap', `found ${wanted} arms, wanted at most ${MAX_ARMS}`);
  refuseEmptySpace(definition);
  const unit = unitOf(definition);
  const filter = new PointFilter(definition, boundRules(definition, unit));
  const arms = new Map<string, DraftArm>();
  const drawPoint = drawPoints(parameters, samplerSeed);
  const point: ParamValue[] = [];
  let idle = 0;
  while (arms.size < wanted && resolver.problems.length === 0) {
    if (filter.points === MAX_DRAWS)
      throw new PlanMistake(
        'runCap',
        `found ${arms.size} distinct arms in ${MAX_DRAWS} draws, wanted ${wanted}: ` +
          (filter.describe() || 'the space has no more'),
      );
    if (++idle === IDLE_DRAWS) refuseExhausted(definition, resolver);
    drawPoint(point);
    if (filter.judge(point) !== null) continue;
    const arm = toDraftArm(assignmentOf(parameters, point), unit, resolver);
    // A repeated draw is drawn again and not counted as folded: runCap is the number of distinct arms.
    if (arm === null || arms.has(arm.key)) continue;
    arms.set(arm.key, arm);
    idle = 0;
  }
  const share = filter.passed / filter.points;
  const percent = Number((100 * share).toPrecision(2));
  const note = `Only ${percent} % of ${filter.points} draws passed the constraints: ${filter.describe()}.`;
  return { arms, dropped: filter.dropped, folded: 0, notes: share < 0.01 ? [note] : [] };
}

/** After this many draws without a new arm it is asked whether the space has enough of them. */
const IDLE_DRAWS = 5_000;

/** Refuses a space that has fewer arms than are wanted, where its points can be gone through. */
function refuseExhausted(definition: Definition, resolver: Resolver): void {
  const { parameters, runCap } = definition;
  const walk = finiteSpace(parameters);
  if (walk === null) return;
  const unit = unitOf(definition);
  const filter = new PointFilter(definition, boundRules(definition, unit));
  const keys = new Set<string>();
  do {
    if (filter.judge(walk.values) !== null) continue;
    const arm = toDraftArm(assignmentOf(parameters, walk.values), unit, resolver);
    if (arm !== null) keys.add(arm.key);
    if (keys.size === runCap) return;
  } while (walk.next(parameters.length - 1));
  if (resolver.problems.length > 0) return;
  throw new PlanMistake(
    'runCap',
    `found ${keys.size} distinct arms in the ${filter.points} points of the space, wanted ${runCap}` +
      (filter.describe() === '' ? '' : `: ${filter.describe()}`),
  );
}

function assignmentOf(parameters: readonly Parameter[], values: readonly ParamValue[]): Assignment {
  const assignment: Assignment = {};
  for (let i = 0; i < parameters.length; i++) assignment[parameters[i]!.name] = values[i]!;
  return assignment;
}

/** Where β > 0 is asked for, but no run is long enough to come to its N, the search compares nothing with nothing. */
function refuseLateSwitch(definition: Definition, { arms }: Found): void {
  if (definition.trainer === 'elsewhere') return;
  const late = [...arms.values()].find(({ assignment }) => ((assignment.beta ?? 0) as number) > 0);
  if (late === undefined || ![...arms.values()].every(({ control }) => control)) return;
  const unit = unitOf(definition) === 'batches' ? '' : ` (unit "${unitOf(definition)}")`;
  throw new PlanMistake(
    'parameters.N',
    `found ${late.assignment.N}${unit} with runs of ${late.settings.training.batches} batches, ` +
      'and no arm that comes to its N, wanted at least one N before the last batch: β is in force from N on',
  );
}

/** Included points are exempt from the definition's own constraints and excludes, but not from γ > α > β. */
function addIncluded(definition: Definition, resolver: Resolver, found: Found): void {
  const fixed: Assignment = {};
  for (const parameter of definition.parameters) {
    const value = singleValue(parameter);
    if (value !== undefined) fixed[parameter.name] = value;
  }
  for (const [i, entry] of definition.include.entries()) {
    const point = { ...fixed, ...entry };
    if (definition.constraints.some(isOrdering) && !holds(ORDERING, point))
      throw new PlanMistake(`include[${i}]`, `${ORDERING.text} must hold, got ${toValues(point, namesIn(ORDERING))}`);
    const arm = toDraftArm(inOrder(point, definition), unitOf(definition), resolver, null, `include[${i}]`);
    if (arm === null) continue;
    if (found.arms.has(arm.key)) found.folded++;
    else found.arms.set(arm.key, arm);
  }
}

/** Parameters in declaration order, whatever order the entry has. */
function inOrder(point: Assignment, { parameters }: Definition): Assignment {
  return Object.fromEntries(parameters.map(({ name }) => [name, point[name]!]));
}

function idleExcludes(dropped: Found['dropped']): string[] {
  return dropped
    .filter(({ constraint, count }) => constraint.startsWith('exclude[') && count === 0)
    .map(({ constraint }) => `${constraint} matches no point that the constraints leave.`);
}

export function unitOf({ parameters }: Pick<Definition, 'parameters'>) {
  return parameters.find(({ name }) => name === 'N')?.unit ?? 'batches';
}
