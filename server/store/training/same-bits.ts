import { UserError } from '../../sweep/user-error.ts';
import { runName, sweepName } from '../database/ids.ts';
import type { Storage } from '../database/storage.ts';
import type { Machine } from './run-state.ts';

/** A machine, or a card of it, that is to train now. What is stored is compared with it. */
export interface Here extends Machine {
  /** The signature of the bits that it computes for an arm; null where it could not be measured. */
  bitsOf(arm: number): string | null;
}

/** Workers that compute equal bits on a sweep, as far as that can be measured. */
export interface BitClass extends Here {
  /** Names it: 12 hex digits. */
  name: string;
}

/** One of the classes of bits that are to train a sweep, and how it judges what is stored. */
export interface ClassJudge {
  here: Here;
  judge: Judge;
}

/**
 * What is stored, against what this machine computes. `empty`: nothing is stored. `same`: it has the bits that this
 * machine computes. `unknown`: nobody measured its bits, and it was trained on another device or with other libraries.
 * `other`: it has other bits.
 */
export type Standing = 'empty' | 'same' | 'unknown' | 'other';

const WORSE: Standing[] = ['empty', 'same', 'unknown', 'other'];

/** Of what several parts make; nothing at all is `empty`. */
export function worstOf(standings: readonly Standing[]): Standing {
  return WORSE[Math.max(0, ...standings.map((standing) => WORSE.indexOf(standing)))]!;
}

/** Whether training may go on from it. */
export function isUsable(standing: Standing): boolean {
  return standing === 'empty' || standing === 'same';
}

/** Says how runs and stages stand. */
export interface Judge {
  ofRun(runId: number, arm: number): Standing;
  /** Of a stage and all stages that lead to it. */
  ofLine(stageId: number, arm: number): Standing;
}

/** Where nothing is compared: nothing is going to be trained, or all of it anew. */
export const noJudge: Judge = { ofRun: () => 'same', ofLine: () => 'same' };

interface BegunStage {
  id: number;
  bits: string | null;
}

/** To be used within one transaction: it remembers what it has found. */
export function judgeOf(storage: Storage, here: Here): Judge {
  const onThisMachine = new Map<number, boolean>();
  const wasHere = (stageId: number): boolean => {
    const known = onThisMachine.get(stageId) ?? trainedOn(storage, stageId, here);
    onThisMachine.set(stageId, known);
    return known;
  };
  const ofStage = ({ id, bits }: BegunStage, arm: number): Standing => {
    const own = here.bitsOf(arm);
    if (bits !== null && own !== null && sampleOf(bits) === sampleOf(own)) return bits === own ? 'same' : 'other';
    return wasHere(id) ? 'same' : 'unknown';
  };
  const worst = (stages: BegunStage[], arm: number): Standing => worstOf(stages.map((stage) => ofStage(stage, arm)));
  return {
    ofRun: (runId, arm) => worst(begunOfRun(storage, runId), arm),
    ofLine: (stageId, arm) => worst(begunOfLine(storage, stageId), arm),
  };
}

/** The stages of a run of which something is stored. */
function begunOfRun(storage: Storage, runId: number): BegunStage[] {
  return storage
    .prepare(
      `SELECT g.id, g.bits FROM "RunStage" p JOIN "Stage" g ON g.id = p.stageId
    WHERE p.runId = ? AND g.batch > g.fromBatch`,
    )
    .all(runId) as BegunStage[];
}

function begunOfLine(storage: Storage, stageId: number): BegunStage[] {
  return storage
    .prepare(
      `WITH RECURSIVE line (id, parentId, bits, begun) AS (
      SELECT id, parentId, bits, batch > fromBatch FROM "Stage" WHERE id = ?
      UNION ALL SELECT g.id, g.parentId, g.bits, g.batch > g.fromBatch FROM "Stage" g JOIN line ON g.id = line.parentId)
    SELECT id, bits FROM line WHERE begun`,
    )
    .all(stageId) as BegunStage[];
}

/**
 * Whether a stage of unknown bits was trained on this device and with these libraries, as far as its runs tell. Of its
 * runs one is enough: a run says on which machine it was last, which may have been for a later stage.
 */
function trainedOn(storage: Storage, stageId: number, here: Machine): boolean {
  const machines = storage
    .prepare(
      `SELECT DISTINCT r.device, r.versions FROM "RunStage" p JOIN "Run" r ON r.id = p.runId
    WHERE p.stageId = ? AND r.device IS NOT NULL`,
    )
    .all(stageId) as { device: string; versions: string }[];
  return (
    machines.length === 0 ||
    machines.some(({ device, versions }) => kindOf({ device, versions: JSON.parse(versions) }) === kindOf(here))
  );
}

/**
 * What machines have in common where nobody has measured their bits and they count as equal: the model of the device,
 * whichever of several it is, and the libraries. Cosweep's own version does not count: rows were there before it was
 * recorded.
 */
export function kindOf({ device, versions: { cosweep: _, ...libraries } }: Machine): string {
  return JSON.stringify([device.replaceAll(/ \((GPU|MIG)-[^)]*\)/g, ''), Object.entries(libraries).sort()]);
}

/** A program is signed by batches of a sweep, which the signature names; of other batches it says nothing. */
function sampleOf(bits: string): string {
  return bits.split('-')[1] ?? '';
}

/**
 * Whether runs that are done were all computed with one class of bits, as far as it is recorded. Bits of different
 * structures cannot be compared, so the machines count too.
 *
 * @param runs with what tells runs of one structure from those of another
 */
export function isOneClass(storage: Storage, runs: readonly { runId: number; structure: string | null }[]): boolean {
  const select = storage.prepare('SELECT device, versions, bits FROM "Run" WHERE id = ?');
  const rows = runs.map(({ runId, structure }) => ({
    ...(select.get(runId) as { device: string | null; versions: string | null; bits: string | null }),
    structure,
  }));
  const machines = new Set(rows.map(({ device, versions }) => JSON.stringify([device, versions])));
  const signatures = new Set(rows.map(({ structure, bits }) => JSON.stringify([structure, bits])));
  return machines.size === 1 && signatures.size === new Set(rows.map(({ structure }) => structure)).size;
}

/** A run of other bits that a sweep has, or would take over. */
export interface OtherBits {
  /** null where it is a new run, which would fork from a stage of other bits. */
  runId: number | null;
  arm: number;
  seed: number;
}

/** @throws UserError: what of the sweep has other bits, and what to do about it */
export function refuseOtherBits(storage: Storage, sweepId: number, others: readonly OtherBits[], here: Here): never {
  const example = others.find(({ runId }) => runId !== null) ?? others[0]!;
  const own = here.bitsOf(example.arm)!;
  const seeds = [...new Set(others.map(({ seed }) => seed))];
  const some = seeds.length > SHOWN ? `${seeds.slice(0, SHOWN).join(', ')}, …` : seeds.join(', ');
  throw new UserError(
    `Cannot train ${sweepName(sweepId)} here: what it has or would take over of ` +
      `${others.length === 1 ? '1 run' : `${others.length} runs`} (seed${seeds.length === 1 ? '' : 's'} ${some}) ` +
      'was computed with other bits than this machine computes ' +
      `(${describeBits(storage, example, own)}; here it is ${shortBits(own)}, on ${here.device}), ` +
      'and pairs must not mix both. ' +
      'Wanted: the machine or the settings that it was computed with; ' +
      `cosweep run ${sweepName(sweepId)} --other-bits, ` +
      'to keep seeds that are finished and train all others anew here; ' +
      `or --fresh, to train everything anew${'libtensorflow' in here.versions ? ALIKE : ''}`,
  );
}

const ALIKE =
  '. Unlike x86 machines can compute equal bits where all of them are kept to ONEDNN_MAX_CPU_ISA=AVX2 from the start';

/** Which signature it has. */
function describeBits(storage: Storage, { runId }: OtherBits, own: string): string {
  if (runId === null) return 'the trunk that it would fork from has another signature';
  const theirs = storage
    .prepare(
      `SELECT g.bits FROM "RunStage" p JOIN "Stage" g ON g.id = p.stageId
    WHERE p.runId = ? AND g.bits <> ? ORDER BY p.position LIMIT 1`,
    )
    .pluck()
    .get(runId, own) as string;
  return `${runName(runId)} has the signature ${shortBits(theirs)}`;
}

/** Seeds that a sentence names. */
const SHOWN = 8;

/** As much of a signature as is shown. */
export function shortBits(bits: string): string {
  return bits.slice(0, 12);
}

/**
 * Notes the bits that a run is going on with. Its stages that were trained before anybody measured take them too, and
 * so does the run itself.
 */
export function noteBits(storage: Storage, runId: number, bits: string | null): void {
  storage
    .prepare(
      `UPDATE "Stage" SET bits = @bits WHERE id IN (SELECT stageId FROM "RunStage" WHERE runId = @runId)
    AND (bits IS NULL OR batch = fromBatch)`,
    )
    .run({ bits, runId });
  storage
    .prepare('UPDATE "Run" SET bits = @bits WHERE id = @runId AND bits IS NULL AND device IS NOT NULL')
    .run({ bits, runId });
}

/** Whether the user has asked to go on with a sweep although this machine computes other bits. */
export function acceptsOtherBits(storage: Storage, sweepId: number): boolean {
  return storage.prepare('SELECT otherBits FROM "Sweep" WHERE id = ?').pluck().get(sweepId) === 1;
}

/** Whether somebody has measured with which bits any stage of these keys was trained. */
export function hasBits(storage: Storage, keys: readonly string[]): boolean {
  const find = storage.prepare(
    `SELECT 1 FROM "Stage" WHERE key IN (SELECT value FROM json_each(?)) AND bits IS NOT NULL AND batch > fromBatch
    LIMIT 1`,
  );
  return find.get(JSON.stringify(keys)) !== undefined;
}
