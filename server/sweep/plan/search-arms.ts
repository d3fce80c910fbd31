import type { Assignment } from '../arm.ts';
import { holds, ORDERING } from '../space/constraint.ts';
import { type Definition, singleValue } from '../space/definition.ts';
import { type DraftArm, toDraftArm } from './draft-arm.ts';
import { gridPoints, gridSize } from './grid.ts';
import { MAX_ARMS, MAX_POINTS, PlanMistake } from './plan-limits.ts';
import { namesIn, PointFilter, toValues } from './point-filter.ts';
import { boundRules, drawPoints, MAX_DRAWS } from './random-search.ts';
import type { SettingsResolver } from './resolve-settings.ts';

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
export function searchArms(definition: Definition, resolver: SettingsResolver): SearchArms {
  const found = definition.method === 'grid' ? searchGrid(definition, resolver) : searchRandom(definition, resolver);
  addIncluded(definition, resolver, found);
  refuseLateSwitch(definition, found);
  return { ...found, arms: [...found.arms.values()], notes: [...found.notes, ...idleExcludes(found.dropped)] };
}

interface Found {
  /** Arms by their key, which is equal for arms that are the same computation. */
  arms: Map<string, DraftArm>;
  dropped: { constraint: string; count: number }[];
  folded: number;
  notes: string[];
}

function searchGrid(definition: Definition, resolver: SettingsResolver): Found {
  const size = gridSize(definition.parameters);
  if (size > MAX_POINTS)
    throw new PlanMistake(
      'parameters',
      `found a grid of ${size} points, wanted at most ${MAX_POINTS} points and ${MAX_ARMS} arms`,
    );
  const unit = unitOf(definition);
  const filter = new PointFilter(definition);
  const arms = new Map<string, DraftArm>();
  let folded = 0;
  for (const point of gridPoints(definition.parameters)) {
    if (!filter.keeps(point) || arms.size > MAX_ARMS) continue;
    const arm = toDraftArm({ ...point }, unit, resolver);
    if (arm === null) continue;
    if (arms.has(arm.key)) folded++;
    else arms.set(arm.key, arm);
  }
  if (arms.size > MAX_ARMS)
    throw new PlanMistake(
      'parameters',
      `found more than ${MAX_ARMS} arms (${filter.passed} points of the grid pass the constraints), ` +
        `wanted at most ${MAX_ARMS}`,
    );
  if (filter.passed === 0 && definition.include.length === 0)
    throw new PlanMistake(
      'constraints',
      `found a grid of ${size} ${size === 1 ? 'point' : 'points'} of which nothing is left, ` +
        `wanted at least one arm: ${filter.describe()}`,
    );
  return { arms, dropped: filter.dropped, folded, notes: [] };
}

function searchRandom(definition: Definition, resolver: SettingsResolver): Found {
  const wanted = definition.runCap!;
  if (wanted > MAX_ARMS) throw new PlanMistake('runCap', `found ${wanted} arms, wanted at most ${MAX_ARMS}`);
  const unit = unitOf(definition);
  const filter = new PointFilter(definition, boundRules(definition));
  const arms = new Map<string, DraftArm>();
  for (const point of drawPoints(definition.parameters, definition.samplerSeed)) {
    if (filter.points === MAX_DRAWS)
      throw new PlanMistake(
        'runCap',
        `found ${arms.size} distinct arms in ${MAX_DRAWS} draws, wanted ${wanted}: ` +
          (filter.describe() || 'the space has no more'),
      );
    if (!filter.keeps(point)) continue;
    const arm = toDraftArm(point, unit, resolver);
    // A repeated draw is drawn again and not counted as folded: runCap is the number of distinct arms.
    if (arm !== null && !arms.has(arm.key)) arms.set(arm.key, arm);
    if (arms.size === wanted || resolver.problems.length > 0) break;
  }
  const share = filter.passed / filter.points;
  const percent = Number((100 * share).toPrecision(2));
  const note = `Only ${percent} % of ${filter.points} draws passed the constraints: ${filter.describe()}.`;
  return { arms, dropped: filter.dropped, folded: 0, notes: share < 0.01 ? [note] : [] };
}

/** Where β > 0 is asked for, but no run is long enough to come to its N, the search compares nothing with nothing. */
function refuseLateSwitch(definition: Definition, { arms }: Found): void {
  const late = [...arms.values()].find(({ assignment }) => (assignment.beta as number) > 0);
  if (late === undefined || ![...arms.values()].every(({ control }) => control)) return;
  const unit = unitOf(definition) === 'batches' ? '' : ` (unit "${unitOf(definition)}")`;
  throw new PlanMistake(
    'parameters.N',
    `found ${late.assignment.N}${unit} with runs of ${late.settings.training.batches} batches, ` +
      'and no arm that comes to its N, wanted at least one N before the last batch: β is in force from N on',
  );
}

/** Included points are exempt from the definition's own constraints and excludes, but not from γ > α > β. */
function addIncluded(definition: Definition, resolver: SettingsResolver, found: Found): void {
  const fixed: Assignment = {};
  for (const parameter of definition.parameters) {
    const value = singleValue(parameter);
    if (value !== undefined) fixed[parameter.name] = value;
  }
  for (const [i, entry] of definition.include.entries()) {
    const point = { ...fixed, ...entry };
    if (!holds(ORDERING, point))
      throw new PlanMistake(`include[${i}]`, `${ORDERING.text} must hold, got ${toValues(point, namesIn(ORDERING))}`);
    const arm = toDraftArm(inOrder(point, definition), unitOf(definition), resolver);
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
  return parameters.find(({ name }) => name === 'N')!.unit!;
}
