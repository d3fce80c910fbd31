import { toCanonicalJson } from '../../sweep/canonical-json.ts';
import { groupBy } from '../../sweep/group-by.ts';
import type { RunResult, SweepResults } from '../../sweep/results.ts';

/** What runs of some seeds were trained on. */
export interface TrainedOn {
  engine: string | null;
  device: string | null;
  /** Cosweep's version and those of the libraries, by name. */
  versions: Record<string, string>;
  /** Signature of the bits; null where it is unknown. */
  bits: string | null;
  seeds: number[];
}

/** Everything that the complete and diverged runs of a sweep were trained on, in the order of the runs. */
export function trainedOn({ runs }: Pick<SweepResults, 'runs'>): TrainedOn[] {
  const of = ({ engine, device, versions, bits }: RunResult) => ({ engine, device, versions, bits });
  const trained = runs.filter(({ state }) => state === 'complete' || state === 'diverged');
  return [...groupBy(trained, (run) => toCanonicalJson(of(run))).values()].map((alike) => ({
    ...of(alike[0]!),
    seeds: [...new Set(alike.map(({ seed }) => seed))].sort((a, b) => a - b),
  }));
}
