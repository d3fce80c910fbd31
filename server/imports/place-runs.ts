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
  /** The same whenever it is read again; null where the results have no such run. */
  identity: string | null;
  state: 'complete' | 'diverged' | 'failed';
  /** The first batch whose value was not finite, of a run that diverged. */
  divergedBatch: number | null;
  error: string | null;
  curves: ReadonlyMap<string, SourceCurve>;
  startedAt: number | null;
  seconds: number | null;
}

interface Found {
  run: SourceRun;
  assignment: Assignment;
  identity: string;
}

/** Gives each planned run its results; one that the results lack has failed. */
export function placeRuns(
  runs: readonly SourceRun[],
  { assignments, seeds, identities }: ReadSettings,
  plan: Plan,
): { runs: PlacedRun[]; problems: Problem[]; notes: string[] } {
  const armOf = armFinder(plan);
  const places = new Map<string, Found>();
  const problems: Problem[] = [];
  let folded = 0;
  for (const [i, run] of runs.entries()) {
    const found = { run, assignment: assignments[i]!, identity: identities[i]! };
    const place = `${armOf(found.assignment)} ${seeds[i]}`;
    const first = places.get(place);
    if (first === undefined || first.run.failure !== null) places.set(place, found);
    if (first === undefined || first.run.failure !== null || run.failure !== null) continue;
    if (toCanonicalJson(first.assignment) === toCanonicalJson(found.assignment)) problems.push(twice(run, first.run));
    else folded++;
  }
  const placed = plan.runs.map(({ arm, seed }) => toPlaced(arm, seed, places.get(`${arm} ${seed}`), plan));
  return { runs: placed, problems, notes: notesOf(placed, folded, plan) };
}

/** Finds an arm by what is in force in it: without the phase, N and ε are nothing. */
function armFinder({ arms }: Plan): (assignment: Assignment) => number {
  const [{ loss, training, swept: first }] = arms as [Plan['arms'][number]];
  const keyOf = (arm: Parameters<typeof shownParameters>[0]) => toCanonicalJson(shownParameters(arm));
  const indices = new Map(arms.map((arm) => [keyOf(arm), arm.index]));
  return (assignment) => {
    const number = (name: string) => (assignment[name] ?? 0) as number;
    const [alpha, beta, gamma] = [number('alpha'), number('beta'), number('gamma')];
    const swept = Object.fromEntries(Object.keys(first).map((name) => [name, assignment[name]!]));
    const numbers = { alpha, beta, gamma, epsilon: number('epsilon'), N: number('N') };
    return indices.get(keyOf({ ...numbers, swept, loss, training }))!;
  };
}

function twice({ place }: SourceRun, first: SourceRun): Problem {
  return { path: place, message: `found the parameters and the seed of ${first.place} again, wanted each run once` };
}

function toPlaced(arm: number, seed: number, found: Found | undefined, { metric }: Plan): PlacedRun {
  if (found === undefined) return { ...MISSING, arm, seed };
  const { curves, startedAt, seconds, failure } = found.run;
  const divergedBatch = failure === null ? divergedAt(curves, metric.name) : null;
  const hasValue = (curves.get(metric.name)?.values.length ?? 0) > 0;
  const error = failure ?? (hasValue || divergedBatch !== null ? null : `The results have no ${metric.name} of it`);
  const state = error !== null ? 'failed' : divergedBatch !== null ? 'diverged' : 'complete';
  return { arm, seed, identity: found.identity, state, divergedBatch, error, curves, startedAt, seconds };
}

const MISSING = {
  identity: null,
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
  const lost = runs.filter(({ identity }) => identity === null).length;
  const planned = `${arms.length} arms × ${runs.length / arms.length} seeds`;
  if (folded > 0)
    notes.push(
      `${folded === 1 ? '1 run without the phase differs' : `${folded} runs without the phase differ`} from another ` +
        'in N or ε alone, which are not in force then: the first of each stands for all.',
    );
  if (lost > 0)
    notes.push(`${lost === 1 ? '1 run' : `${lost} runs`} of ${planned} ${lost === 1 ? 'is' : 'are'} missing.`);
  const complete = runs.filter(({ state }) => state === 'complete');
  const ends = complete.map(({ curves }) => curves.get(metric.name)!.batches.at(-1)!);
  const [first, last] = ends.reduce(([low, high], end) => [Math.min(low, end), Math.max(high, end)], [Infinity, 0]);
  if (first < last)
    notes.push(
      `The last ${metric.name} of complete runs is at batches ${first} to ${last}: ` +
        'tables compare the last value of each.',
    );
  return notes;
}
