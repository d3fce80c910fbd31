import type { ParamValue } from '../../sweep/arm.ts';
import { groupBy } from '../../sweep/group-by.ts';
import type { RunState } from '../../sweep/results.ts';

/** A run as it is looked at for what went wrong. */
export interface EndedRun {
  id: string;
  state: RunState;
  /** Why it failed, or where it diverged. */
  error: string | null;
  /** Batches trained. */
  batch: number;
  params: Readonly<Record<string, ParamValue>>;
}

/** Runs that ended badly in the same way. */
export interface FailureGroup {
  state: 'failed' | 'diverged';
  /** The reason that they share; numbers in which they differ are left out. */
  cause: string;
  runs: string[];
  /** The first batch and the last at which they ended. */
  from: number;
  to: number;
  /**
   * The setting that most of them have, where runs with it end so more often than others: `bad` of `all` runs with it.
   * null: no setting stands out.
   */
  setting: { name: string; value: ParamValue; bad: number; all: number } | null;
}

/** What failed and diverged, by cause, the largest group first. */
export function groupFailures(runs: readonly EndedRun[], varying: readonly string[]): FailureGroup[] {
  const bad = runs.filter(({ state }) => state === 'failed' || state === 'diverged');
  return [...groupBy(bad, ({ state, error }) => `${state} ${withoutNumbers(firstLine(error))}`).values()]
    .map((group) => toGroup(group, runs, varying))
    .sort((a, b) => b.runs.length - a.runs.length);
}

function toGroup(group: readonly EndedRun[], runs: readonly EndedRun[], varying: readonly string[]): FailureGroup {
  const causes = new Set(group.map(({ error }) => firstLine(error)));
  const [cause] = causes;
  const batches = group.map(({ batch }) => batch);
  return {
    state: group[0]!.state as FailureGroup['state'],
    cause: causes.size === 1 ? cause! : withoutNumbers(cause!),
    runs: group.map(({ id }) => id),
    from: batches.reduce((least, batch) => Math.min(least, batch)),
    to: batches.reduce((most, batch) => Math.max(most, batch)),
    setting: mostCommon(group, runs, varying),
  };
}

function firstLine(error: string | null): string {
  return error?.split('\n', 1)[0] ?? 'no reason was recorded';
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+(\.\d+)?/g, '…');
}

function mostCommon(
  group: readonly EndedRun[],
  runs: readonly EndedRun[],
  varying: readonly string[],
): FailureGroup['setting'] {
  const share = group.length / runs.length;
  return (
    varying
      .flatMap((name) => {
        const common = majority(group.map(({ params }) => params[name] ?? null));
        if (common === null) return [];
        const all = runs.filter(({ params }) => params[name] === common.value).length;
        return [{ name, value: common.value, bad: common.count, all }];
      })
      .filter(({ bad, all }) => bad / all > share)
      .sort((a, b) => b.bad / b.all - a.bad / a.all || b.bad - a.bad)[0] ?? null
  );
}

/** The value that more than half have; null where none has so many. */
function majority(values: readonly ParamValue[]): { value: ParamValue; count: number } | null {
  const counts = new Map<ParamValue, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [value, count] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most), [null, 0] as [
    ParamValue,
    number,
  ]);
  return count > values.length / 2 ? { value, count } : null;
}
