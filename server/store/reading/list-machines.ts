import { groupBy } from '../../sweep/group-by.ts';
import { waitingWords } from '../../sweep/waiting-words.ts';
import { runName, stageName, sweepName } from '../database/ids.ts';
import { leaseHolder } from '../database/lease.ts';
import type { Storage } from '../database/storage.ts';

/** Workers on other machines, as the process that trains sees them. */
export interface Machines {
  /** The process that lets them train. */
  head: { pid: number; host: string };
  /** The sweep that they train; null where none has begun. */
  sweep: string | null;
  /** In the order in which they came, those who are gone at the end. */
  machines: MachineRow[];
  /** Seeds that nobody of those who are there may train. */
  waiting: WaitingSeedRow[];
}

export interface MachineRow {
  id: string;
  host: string;
  pid: number;
  engine: string;
  /** How many stages it trains at the same time. */
  slots: number;
  /** null until it has opened the engine, as `versions` and `bits`. */
  device: string | null;
  /** Library name → version. */
  versions: Record<string, string> | null;
  /** The name of its class of bits. */
  bits: string | null;
  state: 'opening' | 'ready' | 'training' | 'unable' | 'gone';
  /** Why it is gone, or cannot train the sweep. */
  reason: string | null;
  /** Seconds since it came, and since it was heard last. */
  here: number;
  silent: number;
  trains: MachineStage[];
}

/** A stage that a machine trains. */
export interface MachineStage {
  stage: string;
  seed: number;
  /** The stage has the batches [from, to) and is committed up to `batch`. */
  from: number;
  to: number;
  batch: number;
  /** Runs of the sweep whose path goes through the stage; where there is more than one, it is a trunk. */
  runs: { run: string; armName: string }[];
}

export interface WaitingSeedRow {
  seed: number;
  /** The name of the class of bits that it belongs to; null where nobody of that class was there yet. */
  bits: string | null;
  /** Signatures of what is trained of it, each as far as it is shown; none where nobody could measure them. */
  signatures: string[];
  /** What it waits for, and what can be done about it. */
  words: string;
}

/** Who is there of other machines; null where no process lets them train. */
export function listMachines(storage: Storage): Machines | null {
  const holder = leaseHolder(storage);
  // What was left by a process that was killed has the token of another lease.
  const head = storage
    .prepare(
      `SELECT h.sweepId, h.writtenAt, h.waiting FROM "RemoteHead" h
    JOIN "Lease" l ON l.name = 'training' AND l.token = h.token`,
    )
    .get() as HeadRow | undefined;
  if (holder === null || head === undefined) return null;
  const { sweepId, writtenAt } = head;
  const workers = storage
    .prepare(`SELECT * FROM "RemoteWorker" ORDER BY state = 'gone', cameAt, id`)
    .all() as WorkerRow[];
  return {
    head: { pid: holder.pid, host: holder.host },
    sweep: sweepId === null ? null : sweepName(sweepId),
    machines: workers.map((worker) => toMachine(storage, worker, sweepId, writtenAt)),
    waiting: sweepId === null ? [] : waitingSeeds(storage, sweepId, JSON.parse(head.waiting) as Waiting[]),
  };
}

interface HeadRow {
  sweepId: number | null;
  writtenAt: number;
  waiting: string;
}

interface WorkerRow extends Omit<MachineRow, 'versions' | 'here' | 'silent' | 'trains'> {
  versions: string | null;
  stages: string;
  cameAt: number;
  heardAt: number;
}

/** All times are by the one clock of the process that wrote them: no other clock is asked. */
function toMachine(
  storage: Storage,
  { versions, stages, cameAt, heardAt, ...worker }: WorkerRow,
  sweepId: number | null,
  writtenAt: number,
): MachineRow {
  return {
    ...worker,
    versions: versions === null ? null : (JSON.parse(versions) as Record<string, string>),
    here: secondsBetween(cameAt, writtenAt),
    silent: secondsBetween(heardAt, writtenAt),
    trains: sweepId === null ? [] : readStages(storage, sweepId, JSON.parse(stages) as number[]),
  };
}

function secondsBetween(earlier: number, later: number): number {
  return Math.max(0, Math.round(later - earlier) / 1000);
}

function readStages(storage: Storage, sweepId: number, stages: number[]): MachineStage[] {
  if (stages.length === 0) return [];
  const rows = storage
    .prepare(
      `SELECT g.id, g.seed, g.fromBatch, g.toBatch, g.batch, s.runId, a.name
    FROM json_each(?) j CROSS JOIN "Stage" g ON g.id = j.value CROSS JOIN "RunStage" p ON p.stageId = g.id
    CROSS JOIN "SweepRun" s ON s.runId = p.runId AND s.sweepId = ?
    JOIN "Arm" a ON a.sweepId = s.sweepId AND a."index" = s.armIndex
    ORDER BY j.key, s.position`,
    )
    .all(JSON.stringify(stages), sweepId) as StageRunRow[];
  return [...groupBy(rows, ({ id }) => id).values()].map((runs) => {
    const { id, seed, fromBatch, toBatch, batch } = runs[0]!;
    return {
      stage: stageName(id),
      seed,
      from: fromBatch,
      to: toBatch,
      batch,
      runs: runs.map(({ runId, name }) => ({ run: runName(runId), armName: name })),
    };
  });
}

interface StageRunRow {
  id: number;
  seed: number;
  fromBatch: number;
  toBatch: number;
  batch: number;
  runId: number;
  name: string;
}

interface Waiting {
  seed: number;
  bits: string | null;
}

/** A seed of which nothing is trained waits for no class: whoever comes takes it. */
function waitingSeeds(storage: Storage, sweepId: number, waiting: Waiting[]): WaitingSeedRow[] {
  if (waiting.length === 0) return [];
  const rows = storage
    .prepare(
      `SELECT DISTINCT s.seed, substr(g.bits, 1, 12) AS bits FROM "SweepRun" s
    JOIN "RunStage" p ON p.runId = s.runId JOIN "Stage" g ON g.id = p.stageId
    WHERE s.sweepId = ? AND g.batch > g.fromBatch ORDER BY s.seed, bits`,
    )
    .all(sweepId) as Waiting[];
  const begun = groupBy(rows, ({ seed }) => seed);
  return waiting.flatMap(({ seed, bits }) => {
    const trained = begun.get(seed);
    if (trained === undefined) return [];
    const signatures = trained.flatMap((each) => (each.bits === null ? [] : [each.bits]));
    return [{ seed, bits, signatures, words: waitingWords([seed], bits, signatures) }];
  });
}
