import { groupBy } from '../../sweep/group-by.ts';
import type { Storage } from '../database/storage.ts';
import { isDone, storedRun, storedStage, type HeldRun, type RunIdentity, type Wanted } from './run-identity.ts';
import { isOneClass, isUsable, noJudge, worstOf, type ClassJudge, type Judge, type Standing } from './same-bits.ts';

/** What a sweep is to have for one of its runs. */
export interface Chosen extends Wanted {
  /** The edition of its key that the run is to be of. */
  edition: number;
  /** How what is stored for it stands. */
  standing: Standing;
  /** The run that the sweep has, or would take over; undefined where a new one is made. */
  run: HeldRun | undefined;
}

/** The runs of a seed. */
export interface SeedChoice {
  seed: number;
  chosen: Chosen[];
  /** Nothing of it is to be trained, and it stays as it is, whatever bits it has. */
  stays: boolean;
  /** Something of it has other bits than are computed now, and it is not finished: it is trained anew. */
  anew: boolean;
  /** The class that it was compared with; null where nothing is compared. */
  by: ClassJudge | null;
}

/**
 * Chooses an edition for all runs of a sweep. Runs that start alike are of one edition: the newest that the sweep has
 * already, else the newest usable one that the database holds of any of them or of their stages. A seed of which
 * anything stored has other bits is trained anew as a whole: its runs get another edition, which has the bits that are
 * computed now or is new. A seed that is finished stays.
 *
 * @param classes those that are to train it: of several classes a seed is compared with the one that suits it best;
 * none: nothing is compared
 */
export function chooseEditions(storage: Storage, wanted: Wanted[], classes: readonly ClassJudge[]): SeedChoice[] {
  return [...groupBy(wanted, ({ identity }) => identity.seed)].map(([seed, ofSeed]) => {
    const groups = [...groupBy(ofSeed, ({ identity }) => identity.start).values()];
    const candidates = classes.length > 0 ? classes : [null];
    const choices = candidates.map((by) => chooseBy(storage, seed, groups, by));
    return choices.reduce((best, other) => (rankOf(other) < rankOf(best) ? other : best));
  });
}

function chooseBy(storage: Storage, seed: number, groups: Wanted[][], by: ClassJudge | null): SeedChoice {
  const chosen = groups.flatMap((group) => chooseAsStored(storage, group, by?.judge ?? noJudge));
  const isForeign = chosen.some(({ standing }) => !isUsable(standing));
  const isFinished = chosen.every(({ run }) => run !== undefined && isDone(run));
  const stays = isFinished && (!isForeign || isOfOneClass(storage, chosen, by!));
  return { seed, chosen, stays, anew: isForeign && !stays, by };
}

/** The class goes first that the seed was begun with. */
function rankOf({ chosen, anew }: SeedChoice): number {
  if (anew) return 2;
  return chosen.some(({ standing }) => standing === 'same') ? 0 : 1;
}

/** The same for a seed that is trained anew: nothing that is chosen has other bits. */
export function chooseAnew(storage: Storage, chosen: readonly Chosen[], judge: Judge): Chosen[] {
  return [...groupBy(chosen, ({ identity }) => identity.start).values()].flatMap((group) => {
    if (group.every(({ standing }) => isUsable(standing))) return group;
    const stored = storedEditions(storage, group);
    const usable = stored.find((edition) => isUsable(standingOf(storage, group, edition, judge)));
    const edition = usable ?? Math.max(-1, ...stored) + 1;
    return group.map((each) => ({ ...each, edition, standing: 'same', run: inEdition(storage, each, edition) }));
  });
}

function chooseAsStored(storage: Storage, group: Wanted[], judge: Judge): Chosen[] {
  const own = group.filter(isOwn).map(({ held }) => held.edition);
  const edition = own.length > 0 ? Math.max(...own) : newestUsable(storage, group, judge);
  return group.map((each) => {
    const { identity, held } = each;
    if (isOwn(each)) return { ...each, edition: held.edition, standing: judge.ofRun(held.id, identity.arm), run: held };
    return {
      ...each,
      edition,
      standing: standingIn(storage, identity, edition, judge),
      run: inEdition(storage, each, edition),
    };
  });
}

/** Whether the sweep has a run of this key. */
function isOwn({ identity, held }: Wanted): boolean {
  return held.key === identity.key;
}

/** The newest edition of which something is there to use, else one of which nothing is there, else the newest. */
function newestUsable(storage: Storage, group: Wanted[], judge: Judge): number {
  const stored = storedEditions(storage, group);
  const standing = new Map(stored.map((edition) => [edition, standingOf(storage, group, edition, judge)]));
  const find = (wanted: Standing): number | undefined => stored.find((edition) => standing.get(edition) === wanted);
  return find('same') ?? find('empty') ?? stored[0] ?? 0;
}

/** The editions that the database holds of these runs or of their stages, the newest first. */
function storedEditions(storage: Storage, group: readonly Wanted[]): number[] {
  const runs = group.map(({ identity }) => identity.key);
  const stages = group.flatMap(({ identity }) => identity.stages.map(({ key }) => key));
  return storage
    .prepare(
      `SELECT edition FROM "Run" WHERE key IN (SELECT value FROM json_each(?))
      UNION SELECT edition FROM "Stage" WHERE key IN (SELECT value FROM json_each(?)) ORDER BY edition DESC`,
    )
    .pluck()
    .all(JSON.stringify(runs), JSON.stringify(stages)) as number[];
}

function standingOf(storage: Storage, group: readonly Wanted[], edition: number, judge: Judge): Standing {
  return worstOf(group.map(({ identity }) => standingIn(storage, identity, edition, judge)));
}

/** Of the run of this edition; where there is none, of the stages that it would go on from. */
function standingIn(storage: Storage, { key, arm, stages }: RunIdentity, edition: number, judge: Judge): Standing {
  const run = storedRun(storage, key, edition);
  if (run) return judge.ofRun(run.id, arm);
  const held = stages.map((stage) => storedStage(storage, stage.key, edition)).filter((id) => id !== undefined);
  return worstOf(held.map((id) => judge.ofLine(id, arm)));
}

function inEdition(storage: Storage, { identity, held }: Wanted, edition: number): HeldRun | undefined {
  if (held.key === identity.key && held.edition === edition) return held;
  return storedRun(storage, identity.key, edition);
}

function isOfOneClass(storage: Storage, chosen: readonly Chosen[], { here }: ClassJudge): boolean {
  const runs = chosen.map(({ run, identity }) => ({ runId: run!.id, structure: here.bitsOf(identity.arm) }));
  return chosen.every(isOwn) || isOneClass(storage, runs);
}
