import type { Assignment } from '../sweep/arm.ts';
import { toCanonicalJson } from '../sweep/canonical-json.ts';
import type { Plan } from '../sweep/plan/plan.ts';
import type { Problem } from '../sweep/problem.ts';
import { shownParameters } from '../sweep/shown-parameters.ts';
import type { ReadSettings } from './read-settings.ts';
import type { SourceCurve, SourceRun } from './source.ts';

/** What a planned run recorded. */
export interface PlacedRun {
  arm: number;
  seed: number;
  state: 'complete' | 'diverged' | 'failed';
  /** The first batch whose value was not finite, of a run that diverged. */
  divergedBatch: number | null;
  error: string | null;
  curves: ReadonlyMap<string, SourceCurve>;
  startedAt: number | null;
  seconds: number | null;
}

/** Gives each planned run its results; one that the results lack has failed. */
export function placeRuns(
  runs: readonly SourceRun[],
  { assignments, seeds }: ReadSettings,
  plan: Plan,
): { runs: PlacedRun[]; problems: Problem[]; notes: string[] } {
  const armOf = armFinder(plan);
  const found = new Map<string, { run: SourceRun; assignment: Assignment }>();
  const problems: Problem[] = [];
  let folded = 0;
  for (const [i, run] of runs.entries()) {
    const assignment = assignments[i]!;
    const key = `${armOf(assignment)} ${seeds[i]}`;
    const first = found.get(key);
    if (first === undefined || isRestarted(first.run, run)) found.set(key, { run, assignment });
    else if (toCanonicalJson(first.assignment) !== toCanonicalJson(assignment)) folded++;
    else if (!isRestarted(run, first.run)) problems.push(twice(run, first.run));
  }
  const placed = plan.runs.map(({ arm, seed }) => toPlaced(arm, seed, found.get(`${arm} ${seed}`)?.run, plan));
  return { runs: placed, problems, notes: notesOf(placed, folded, plan) };
}

/** Finds an arm by what is in force in it: without the phase, N and ε are nothing. */
function armFinder({ arms }: Plan): (assignment: Assignment) => number {
  const [{ loss, training }] = arms as [Plan['arms'][number]];
  const keyOf = (arm: Parameters<typeof shownParameters>[0]) => toCanonicalJson(shownParameters(arm));
  const indices = new Map(arms.map((arm) => [keyOf(arm), arm.index]));
  const names = Object.keys(arms[0]!.swept);
  return (assignment) => {
    const number = (name: string) => (assignment[name] ?? 0) as number;
    const swept = Object.fromEntries(names.map((name) => [name, assignment[name]!]));
    const numbers = Object.fromEntries(['alpha', 'beta', 'gamma', 'epsilon', 'N'].map((name) => [name, number(name)]));
    return indices.get(keyOf({ ...(numbers as Numbers), swept, loss, training }))!;
  };
}

type Numbers = Record<'alpha' | 'beta' | 'gamma' | 'epsilon' | 'N', number>;

/** A run that did not come to its end, and the one that took its place. */
function isRestarted(first: SourceRun, second: SourceRun): boolean {
  return first.failure !== null && second.failure === null;
}

function twice({ place }: SourceRun, first: SourceRun): Problem {
  return {
    path: place,
    message: `found the parameters and the seed of ${first.place} again, wanted each run once`,
  };
}

function toPlaced(arm: number, seed: number, run: SourceRun | undefined, { metric }: Plan): PlacedRun {
  if (run === undefined) return { ...missing, arm, seed };
  const { curves, startedAt, seconds, failure } = run;
  const divergedBatch = failure === null ? divergedAt(curves, metric.name) : null;
  const decided = curves.get(metric.name);
  const hasValue = decided !== undefined && decided.values.length > 0;
  const error = failure ?? (hasValue || divergedBatch !== null ? null : `The results have no ${metric.name} of it`);
  const state = error !== null ? 'failed' : divergedBatch !== null ? 'diverged' : 'complete';
  return { arm, seed, state, divergedBatch, error, curves, startedAt, seconds };
}

const missing = {
  state: 'failed',
  divergedBatch: null,
  error: 'The results have no run of this arm with this seed',
  curves: new Map<string, SourceCurve>(),
  startedAt: null,
  seconds: null,
} as const;

/** A run has diverged where its total is not finite, or its last value of the metric that decides. */
function divergedAt(curves: ReadonlyMap<string, SourceCurve>, metric: string): number | null {
  const total = curves.get('train/total');
  const wrong = total?.values.findIndex((value) => !Number.isFinite(value)) ?? -1;
  if (wrong >= 0) return total!.batches[wrong]!;
  const decided = curves.get(metric);
  if (decided === undefined || decided.values.length === 0 || Number.isFinite(decided.values.at(-1))) return null;
  return decided.batches[decided.values.findLastIndex((value) => Number.isFinite(value)) + 1]!;
}

function notesOf(runs: readonly PlacedRun[], folded: number, { arms, metric }: Plan): string[] {
  const notes: string[] = [];
  const isOrAre = (n: number) => (n === 1 ? 'is' : 'are');
  const count = (n: number) => (n === 1 ? '1 run' : `${n} runs`);
  const lost = runs.filter(({ error }) => error === missing.error).length;
  if (folded > 0)
    notes.push(
      `${count(folded)} without the phase ${folded === 1 ? 'differs' : 'differ'} from another in N or ε alone, ` +
        'which are not in force then: the first of each stands for all.',
    );
  if (lost > 0)
    notes.push(`${count(lost)} of ${arms.length} arms × ${runs.length / arms.length} seeds ${isOrAre(lost)} missing.`);
  const ends = new Set(
    runs.filter(({ state }) => state === 'complete').map(({ curves }) => curves.get(metric.name)!.batches.at(-1)!),
  );
  if (ends.size > 1)
    notes.push(
      `The last ${metric.name} of complete runs is at batches ${Math.min(...ends)} to ${Math.max(...ends)}: ` +
        'tables compare the last value of each.',
    );
  return notes;
}
