/**
 * What the API under `/api` takes and gives, as types: handlers return these, the dashboard reads them. Every body is
 * JSON; a number that is not finite or not there is `null`. Ids are `s3` (sweep) and `r41` (run); paths take ids only.
 */
import type { DisplayTable } from '../report/formats/display-table.ts';
import type { AblationJson } from '../report/formats/to-json.ts';
import type { DatabaseReport } from '../store/database/report-database.ts';
import type { ParamValue } from '../sweep/arm.ts';
import type { PlanJson } from '../sweep/plan/plan-json.ts';
import type { RunState, SweepState } from '../sweep/results.ts';
import type { LossSettings, TrainingSettings } from '../sweep/settings.ts';

export type { DatabaseReport };

// ——— Shared pieces

/** Body of every answer with a status of 400 or above. */
export interface ErrorResponse {
  error: {
    /**
     * For programs: `bad-request`, `bad-definition`, `unauthorized`, `forbidden`, `not-found`, `conflict`, `too-large`,
     * `internal`, …
     */
    code: string;
    /** For people: what was attempted, what was found, what is wanted. Text, never HTML. */
    message: string;
    /** Every problem of a definition, or of a request's parameters. */
    details?: Problem[];
  };
}

export interface Problem {
  /** Where in the definition or the request: `parameters.alpha.values[1]`; empty for the whole. */
  path: string;
  message: string;
}

/** One page of a longer list. `page` counts from 1. */
export interface Page<Item> {
  items: Item[];
  total: number;
  page: number;
  size: number;
}

export type Goal = 'maximize' | 'minimize';

export interface Metric {
  name: string;
  goal: Goal;
}

/** Every state is present, 0 where no run is in it. */
export type RunCounts = Record<RunState, number>;

/** The five numbers, N in batches, and every further swept key by its dotted name; `null`: not in force. */
export interface ArmParams {
  alpha: number | null;
  beta: number | null;
  gamma: number | null;
  epsilon: number | null;
  N: number | null;
  [swept: string]: ParamValue;
}

/** An arm as lists and tables show it. `index` is its place in the plan, from 0. */
export interface ArmItem {
  index: number;
  name: string;
  ablation: string | null;
  control: boolean;
  /** Index of its arm without the intra-class phase. */
  controlIndex: number | null;
  params: ArmParams;
}

// ——— GET /sweeps?page=&size=      → Page<SweepItem>, newest first

export interface SweepItem {
  id: string;
  name: string;
  description: string | null;
  state: SweepState;
  /** Cancel was asked for and the process that runs it has not yet stopped. */
  cancelling: boolean;
  metric: Metric;
  arms: number;
  seeds: number;
  counts: RunCounts;
  /** ISO 8601. */
  createdAt: string;
  /** When it last joined the queue: queued sweeps are trained in this order, then by id. */
  queuedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  engine: string | null;
  /** Batches trained so far, of those asked for; both count what was reused. */
  batches: number;
  batchesTotal: number;
  /** Not null: only the trunks were asked for, of so many of its first seeds (a probe); null once all of it is. */
  probeSeeds: number | null;
  /** Why the sweep itself could not go on (a missing data set, an engine that does not open). */
  error: string | null;
}

// ——— GET /sweeps/:id      → SweepDetail

export interface SweepDetail extends SweepItem {
  planHash: string;
  seedList: number[];
  progress: Progress;
  /** Best first by the sweep's metric, at most 10; arms without a complete run are left out. */
  best: ArmScore[];
  /** Runs that failed or diverged, with why; at most 200 (`counts` has the true numbers). */
  failures: Failure[];
  armList: ArmItem[];
  /**
   * Keys of `ArmParams` with more than one value over the arms, ablations left out: what a table can have as rows or
   * columns.
   */
  varying: string[];
  /** Names of the metrics that its runs have recorded so far. */
  metrics: string[];
  /** The definition as it was written. */
  definition: string;
  /** Folder that its relative paths start at. */
  baseFolder: string;
  dropped: { constraint: string; count: number }[];
  folded: number;
  /**
   * The sweep and the arm of it that this one confirms on fresh seeds; the arm is null where that sweep has it no more.
   */
  confirms: { sweep: string; arm: number | null } | null;
  /** The sweeps that confirm an arm of this one. */
  confirmations: { id: string; name: string }[];
}

export interface Progress {
  /** Batches trained so far and batches that the sweep asks for; both count what was reused. */
  batches: number;
  batchesTotal: number;
  runs: number;
  runsTotal: number;
  /** Estimated; null while nothing trains, and of a probe. */
  secondsLeft: number | null;
}

export interface ArmScore {
  arm: number;
  name: string;
  control: boolean;
  n: number;
  mean: number;
  /** null with a single run. */
  sd: number | null;
}

export interface Failure {
  run: string;
  arm: number;
  armName: string;
  seed: number;
  state: 'failed' | 'diverged';
  reason: string | null;
}

// ——— GET /sweeps/:id/runs?sort=&order=asc|desc&state=&arm=&seed=&q=&page=&size=      → Page<RunRow>
//
// sort: id | arm | seed | state | engine | seconds | startedAt | a key of ArmParams | last:METRIC | best:METRIC. null
// sorts last either way. state, arm, seed: one value or several with commas. q: text that the arm's name contains.
// size: at most 500.

export interface RunRow {
  id: string;
  arm: number;
  armName: string;
  control: boolean;
  seed: number;
  state: RunState;
  error: string | null;
  engine: string | null;
  seconds: number | null;
  /** Batches trained so far, of `batches`. */
  batch: number;
  batches: number;
  /** True where another sweep had already completed it. */
  reused: boolean;
  startedAt: string | null;
  finishedAt: string | null;
  params: ArmParams;
  metrics: Record<string, MetricSummary>;
}

export interface MetricSummary {
  last: number | null;
  /** By the metric's own direction; null for metrics that have none. */
  best: number | null;
  bestBatch: number | null;
}

// ——— GET /runs/:id      → RunDetail

export interface RunDetail {
  id: string;
  /** The sweeps that refer to it: a run is what was computed, not who asked for it. */
  sweeps: { id: string; name: string; arm: number; armName: string }[];
  /** As the newest of its sweeps has it; null where no sweep refers to it any more. */
  arm: ArmItem | null;
  seed: number;
  state: RunState;
  error: string | null;
  metrics: Record<string, MetricSummary>;
  /** Its path through the stage tree. */
  stages: PathStage[];
  /** Batches trained so far, of `batches`. */
  batch: number;
  batches: number;
  /** First batch whose total was not finite. */
  divergedBatch: number | null;
  /** True where the truncated term was 0 from N to the end; null where the phase was not in force. */
  intraDead: boolean | null;
  engine: string | null;
  device: string | null;
  versions: Record<string, string>;
  gitCommit: string | null;
  dataFingerprint: string | null;
  /** Resolved settings, defaults filled in; null where no sweep refers to the run any more. */
  config: { loss: LossSettings; training: TrainingSettings } | null;
  startedAt: string | null;
  finishedAt: string | null;
  /** Seconds of training steps and of evaluations. */
  durations: { training: number | null; evaluation: number | null };
  /**
   * The run without the intra-class phase with the same everything else and the same seed; null where there is none.
   */
  controlRun: string | null;
  /** Names of the classes by index, where the data set names them. */
  classes: string[] | null;
  /** Batches whose confusion matrix and projection can be asked for, oldest first. */
  evaluations: { batch: number; confusion: boolean; projection: boolean }[];
  /** Those of the last evaluation. */
  confusion: ConfusionMatrix | null;
  projection: Projection | null;
}

// ——— GET /runs/:id/confusion?batch=      → ConfusionMatrix
// ——— GET /runs/:id/projection?batch=     → Projection

export interface ConfusionMatrix {
  batch: number;
  /** counts[true class][predicted class] */
  counts: number[][];
}

/** A fixed sample of validation features in two dimensions. */
export interface Projection {
  batch: number;
  /** null where a feature was not finite. */
  x: (number | null)[];
  y: (number | null)[];
  labels: number[];
}

// ——— GET /curves?runs=r1,r2&metric=val/accuracy,train/total&from=&to=&width=      → CurvesResponse
//
// runs × metrics × width has a ceiling (413, too-large, beyond it). from and to are batches, both included. width:
// pixel columns.

export interface CurvesResponse {
  /** Batches [from, to] that were looked at. */
  from: number;
  to: number;
  width: number;
  curves: CurveItem[];
}

/**
 * One curve as points in order of batch; the batches are those recorded, never made up. With `raw: false` each of
 * `width` equal columns of [from, to] is reduced to its first, lowest, highest and last point (those that coincide
 * once): a line through them covers the same pixels as a line through all. A value that was not finite is null and ends
 * the line.
 */
export interface CurveItem {
  run: string;
  metric: string;
  /** True where every recorded point of the range is here. */
  raw: boolean;
  /** Points recorded in the range. */
  points: number;
  batches: number[];
  values: (number | null)[];
}

// ——— GET /sweeps/:id/pairs?metric=&at=last|best → PairCurves (`at` is of the values in `pairs`; the picture answers by
// the last)
//
// metric: default: the sweep's own. Lines of thousands of points are thinned so that every line keeps its extremes.

export type { PairCurves, PairItem, ArmBand } from '../report/picture/pair-curves.ts';
/** The picture that answers the question. */
export type { Picture, Panel, Group } from '../report/picture/picture.ts';

// ——— GET
// /sweeps/:id/ablation?format=json|page|md|csv|latex|html&metric=…&at=last|best&rows=arm|PARAM&cols=PARAM&baseline=ARM&target=&ids=true
//
// page → AblationResponse, for the dashboard; json (the default) → AblationJson, the same as `cosweep export --format
// json`; the others → text of that format. metric may be given several times. Rows or columns by names of `ArmParams`.

export type { AblationJson, MetricJson as AblationData, RowJson as AblationRow } from '../report/formats/to-json.ts';
export type { DisplayTable, DisplayCell } from '../report/formats/display-table.ts';

export interface AblationResponse {
  /** The numbers. */
  data: AblationJson;
  /** The same content laid out for a page: cells of plain text. */
  table: DisplayTable;
}

// ——— GET /sweeps/:id/probe      → ProbeResponse (as `cosweep probe --json`), of the trunks that are trained by now

export type {
  ProbeReport as ProbeResponse,
  ProbeTrunk,
  ProbeCandidate,
  ProbeArm,
  Quantiles as ProbeQuantiles,
  Spread as SeedSpread,
} from '../report/probe/probe-report.ts';

// ——— POST /sweeps/:id/confirm (ConfirmRequest) → 201 StartResponse: a sweep of its own, whose `confirms` says what it
// is ——— GET /sweeps/:id/confirmation → ConfirmResponse (as `cosweep confirm --json`) of such a sweep; 404 for any
// other

export interface ConfirmRequest {
  /** Index of the arm; it must have a control. */
  arm: number;
  /** How many fresh seeds. */
  seeds: number;
  /** A metric of evaluations (val/…), default: the sweep's own; compared on the test part where there is one. */
  metric?: string;
}

export type { ConfirmReport as ConfirmResponse } from '../report/confirm/confirm-report.ts';

// ——— GET /sweeps/:id/stages      → StageList

/** A stretch of batches [from, to) trained under one set of effective hyperparameters. */
export interface PathStage {
  id: string;
  parent: string | null;
  from: number;
  to: number;
  /** Everything before this batch is stored. */
  batch: number;
  /** How many of its batches were not trained but are the trunk's: no test of the truncation passed in them. */
  taken: number;
  /** In force in it: null where not. */
  params: ArmParams;
}

export interface StageItem extends PathStage {
  seed: number;
  state: RunState;
  /** Runs whose path goes through it; more than one: a trunk. */
  runs: string[];
  engine: string | null;
  /** Which worker of the process that trains has it now, counted from 0; null where it is not being trained. */
  worker: number | null;
  /** What its own batches took; what the trunk spent on those that are taken from it is apart. */
  seconds: number | null;
  takenSeconds: number;
}

export interface StageList {
  /** Parents before children. */
  stages: StageItem[];
  /** The process that trains on this database; null where none does. */
  trainer: { pid: number; host: string } | null;
}

// ——— GET /doctor      → DoctorResponse (as `cosweep doctor --json`)

export interface DoctorResponse {
  engines: EngineReport[];
  datasets: DatasetReport[];
  database: DatabaseReport;
}

export interface EngineReport {
  name: string;
  works: boolean;
  device: string | null;
  versions: Record<string, string>;
  /** Milliseconds of one training step of the small network. */
  stepMs: number | null;
  /** Why it does not work, and what to do about it. */
  reason: string | null;
  remedy: string | null;
  lossCases: null | { cases: number; passed: number; worst: { terms: number; centers: number; gradients: number } };
}

export interface DatasetReport {
  name: string;
  available: boolean;
  /** Where it was found, or where it was looked for. */
  where: string[];
  remedy: string | null;
}

// ——— POST /plan (PlanRequest) → PlanResponse (as `cosweep plan --arms --json`); 400 bad-definition with every problem

export interface PlanRequest {
  /** The definition's JSON text (so that messages can name line and column), or the parsed object. */
  definition: unknown;
  /** Folder that its relative paths start at; default: where the server was started. */
  baseFolder?: string;
}

export type PlanResponse = PlanJson & {
  armList: ({ index: number; name: string; ablation: string | null; control: boolean } & ArmParams)[];
};

// ——— POST /sweeps  (StartRequest)      → 201 StartResponse; stored as queued, a run process is started for it

export interface StartRequest extends PlanRequest {
  engine?: 'auto' | 'tensorflow' | 'webgpu' | 'wasm';
  /** Train the trunks of two seeds only, for GET /sweeps/:id/probe; POST /sweeps/:id/resume goes on with all of it. */
  probe?: boolean;
}

export interface StartResponse {
  id: string;
  name: string;
  state: SweepState;
}

// ——— POST /sweeps/:id/cancel, …/resume, …/retry  (empty body or {})      → 202 StartResponse

// ——— GET /events      → server-sent events; each `data:` line is one ServerEvent as JSON

export interface ServerEvent {
  /**
   * `hello`: the connection stands (sent first, and after every reconnection: read everything anew).
   * `sweeps`: the list changed: a sweep was added or removed. `sweep`: something of this sweep or of its runs changed.
   * `run`: this run changed: its state, or it has new curve points. `closing`: the server is shutting down.
   * Events within a third of a second come once.
   */
  kind: 'hello' | 'sweeps' | 'sweep' | 'run' | 'closing';
  sweep?: string;
  run?: string;
}
