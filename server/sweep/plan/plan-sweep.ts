import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { armNames } from './arm-names.ts';
import { toCanonicalJson } from '../canonical-json.ts';
import type { Arm } from '../arm.ts';
import { checkCommand } from './check-command.ts';
import { isOwnAblation } from '../space/ablations.ts';
import type { Definition } from '../space/definition.ts';
import { type DraftArm, toDraftArm } from './draft-arm.ts';
import { isSettingName } from '../parameter-names.ts';
import type { Plan } from './plan.ts';
import { checkDerived, checkSize, MAX_ARMS, PlanMistake } from './plan-limits.ts';
import { DefinitionError, type Problem } from '../problem.ts';
import { withoutRepeats } from '../schema/issues.ts';
import { ImportResolver } from './resolve-import.ts';
import { ProgramResolver } from './resolve-program.ts';
import { type BatchesPerEpoch, type Resolver, SettingsResolver } from './resolve-settings.ts';
import { searchArms, type SearchArms, unitOf } from './search-arms.ts';
import { smallestP } from './smallest-p.ts';
import { batchesOf, buildStageTree } from '../stage-tree.ts';

/**
 * Makes the plan of a sweep: all arms × seeds, what was dropped and folded, and what training costs. Pure: the same
 * definition gives the same plan. Throws a `DefinitionError` where the definition leaves no plan.
 *
 * @param batchesPerEpoch asked only where the definition counts in epochs (`epochs`, no `evalEvery`, N with unit
 * `epoch`)
 */
export function planSweep(definition: Definition, { batchesPerEpoch }: { batchesPerEpoch: BatchesPerEpoch }): Plan {
  const resolver = resolverOf(definition, batchesPerEpoch);
  const search = attempt(definition, () => searchArms(definition, resolver));
  const drafts = attempt(definition, () => withAblations(search, definition, resolver));
  if (resolver.problems.length > 0) throw mistake(definition, withoutRepeats(resolver.problems));
  attempt(definition, () => checkSize(drafts.arms.length, definition.seeds.length));
  const arms = toArms(drafts, definition);
  attempt(definition, () => refuseNoControl(arms, definition));
  attempt(definition, () => checkCommand(arms, definition.seeds[0]!));
  const tree = buildStageTree(arms);
  const { name, metric, metrics, seeds } = definition;
  return {
    name,
    planHash: hashOf(definition, drafts.arms, arms),
    metric,
    ...(metrics.length > 0 ? { metrics } : {}),
    arms,
    seeds,
    runs: seeds.flatMap((seed) => arms.map(({ index }) => ({ arm: index, seed }))),
    dropped: search.dropped,
    folded: drafts.folded,
    batches: batchesOf(tree) * seeds.length,
    batchesUnshared: arms.reduce((sum, { training }) => sum + training.batches, 0) * seeds.length,
    stages: tree.length * seeds.length,
    smallestP: smallestP(seeds.length, arms.filter(({ controlIndex }) => controlIndex !== null).length),
    notes: search.notes,
  };
}

function resolverOf(definition: Definition, batchesPerEpoch: BatchesPerEpoch): Resolver {
  if (definition.trainer === 'elsewhere') return new ImportResolver(definition);
  if (definition.trainer === 'program') return new ProgramResolver(definition);
  return new SettingsResolver(definition, batchesPerEpoch);
}

/** Where a definition says what controls have, it wants to compare with one. */
function refuseNoControl(arms: readonly Arm[], { control }: Definition): void {
  if (control === null || arms.some((arm) => arm.control)) return;
  const wanted = Object.entries(control).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  throw new PlanMistake('control', `found no arm with ${wanted.join(', ')}, wanted at least one to compare with`);
}

function attempt<T>(definition: Definition, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof PlanMistake) throw mistake(definition, [error.problem]);
    throw error;
  }
}

function mistake({ name }: Definition, problems: Problem[]): DefinitionError {
  return new DefinitionError(`Cannot plan sweep ${JSON.stringify(name)}`, problems);
}

/**
 * Adds the ablations in the order in which they are listed, each derived from all arms of the search in their order. A
 * point of the search without the intra-class phase folds into the ablation that computes the same: the point is the
 * control, whatever β or N it was written with. Any other ablation that computes what an arm already does adds nothing.
 */
function withAblations(search: SearchArms, definition: Definition, resolver: Resolver): Drafts {
  const byKey = new Map(search.arms.map((arm) => [arm.key, arm]));
  const parents = new Map<DraftArm, string[]>();
  let folded = search.folded;
  checkDerived(search.arms.length, definition.ablations.length);
  for (const [i, { name, set }] of definition.ablations.entries()) {
    const place = `ablations[${i}]`;
    for (const arm of search.arms) {
      if (byKey.size > MAX_ARMS) return { arms: [...byKey.values()], parents, folded };
      const derived = toDraftArm({ ...arm.assignment, ...set }, unitOf(definition), resolver, name, place);
      if (derived === null) continue;
      const known = byKey.get(derived.key);
      if (known?.ablation === name) parents.get(known)!.push(arm.key);
      if (known !== undefined && !(known.control && known.ablation === null)) continue;
      if (known !== undefined) {
        folded++;
        // Deleted first, so that the arm takes its place among the ablations.
        byKey.delete(derived.key);
      }
      byKey.set(derived.key, derived);
      parents.set(derived, [arm.key]);
    }
  }
  return { arms: [...byKey.values()], parents, folded };
}

interface Drafts {
  arms: DraftArm[];
  /** Ablation → the keys of the arms of the search that it was derived from. */
  parents: ReadonlyMap<DraftArm, readonly string[]>;
  folded: number;
}

function toArms({ arms: drafts, parents }: Drafts, definition: Definition): Arm[] {
  const settingNames = definition.parameters.map(({ name }) => name).filter(isSettingName);
  const names = armNames(drafts, definition);
  const keyOf = controlKey(definition);
  const controls = new Map(drafts.flatMap((draft, index) => (draft.control ? [[keyOf(draft), index] as const] : [])));
  const indices = new Map(drafts.map(({ key }, index) => [key, index]));
  return drafts.map((draft, index) => ({
    index,
    name: names[index]!,
    ablation: draft.ablation,
    control: draft.control,
    controlIndex: draft.control ? null : (controls.get(keyOf(draft)) ?? null),
    parents: isOwnAblation(draft) ? parents.get(draft)!.map((key) => indices.get(key)!) : [],
    alpha: draft.alpha,
    beta: draft.beta,
    gamma: draft.gamma,
    epsilon: draft.epsilon,
    N: draft.N,
    swept: Object.fromEntries(settingNames.map((name) => [name, draft.assignment[name]!])),
    loss: draft.settings.loss,
    training: draft.settings.training,
  }));
}

/**
 * Equal for an arm and its control: the arm with the same everything else and without the intra-class phase, or with
 * what the definition says of controls.
 */
function controlKey({ control }: Definition): (draft: DraftArm) => string {
  if (control === null) return ({ settings, alpha, gamma }) => `${settings.id} ${alpha} ${gamma}`;
  return ({ assignment }) =>
    toCanonicalJson(Object.fromEntries(Object.entries(assignment).filter(([name]) => !(name in control))));
}

/** The hash of a plan. Settings are hashed once each, since arms share them. */
function hashOf({ name, metric, seeds }: Definition, drafts: readonly DraftArm[], arms: readonly Arm[]): string {
  const settings = new Map(drafts.map(({ settings }) => [settings.id, settings]));
  const hash = sha256.create();
  hash.update(utf8ToBytes(JSON.stringify([name, metric.name, metric.goal, seeds])));
  for (const { id, loss, training } of settings.values())
    hash.update(utf8ToBytes(JSON.stringify([id, loss, training])));
  for (const { index, name: armName, ablation, alpha, beta, gamma, epsilon, N } of arms) {
    hash.update(
      utf8ToBytes(JSON.stringify([armName, ablation, alpha, beta, gamma, epsilon, N, drafts[index]!.settings.id])),
    );
  }
  return bytesToHex(hash.digest());
}
