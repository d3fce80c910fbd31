import type { SweepResults } from '../../sweep/results.ts';
import { armParams } from '../curves/arm-params.ts';
import { toCsvLine } from './csv.ts';

export interface CurveRow {
  run: string;
  arm: number;
  armName: string;
  seed: number;
  metric: string;
  batch: number;
  /** null where it was not finite. */
  value: number | null;
}

/** Every point of every curve that was loaded, by run, metric and batch; one at a time, since a sweep has millions. */
export function* curveRows(results: SweepResults): Generator<CurveRow> {
  const runs = [...results.runs].sort((a, b) => numberOf(a.id) - numberOf(b.id) || a.arm - b.arm);
  for (const run of runs) {
    for (const metric of Object.keys(run.curves).sort()) {
      const { batches, values } = run.curves[metric]!;
      for (let i = 0; i < batches.length; i++) {
        yield {
          run: run.id,
          arm: run.arm,
          armName: results.arms[run.arm]!.name,
          seed: run.seed,
          metric,
          batch: batches[i]!,
          value: values[i] ?? null,
        };
      }
    }
  }
}

/** A JSON array in pieces. Numbers are written in the shortest form that reads back as the same double. */
export function* curvesToJson(results: SweepResults): Generator<string> {
  let separator = '[\n';
  for (const row of curveRows(results)) {
    yield separator + JSON.stringify(row);
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

/** Long CSV in pieces, one line per point, with the parameters as further columns. */
export function* curvesToCsv(results: SweepResults): Generator<string> {
  const params = results.arms.map(armParams);
  const names = [...new Set(params.flatMap((each) => Object.keys(each)))];
  yield toCsvLine(['run', 'arm', 'armName', 'seed', 'metric', 'batch', 'value', ...names]);
  for (const row of curveRows(results)) {
    yield toCsvLine([
      row.run,
      row.arm,
      row.armName,
      row.seed,
      row.metric,
      row.batch,
      row.value,
      ...names.map((name) => params[row.arm]![name] ?? null),
    ]);
  }
}

/** `r41` → 41, so that r10 comes after r9. */
function numberOf(id: string): number {
  return Number(id.replace(/^\D+/, ''));
}
