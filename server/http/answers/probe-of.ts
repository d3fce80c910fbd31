import { buildProbeReport, type ProbeReport } from '../../report/probe/probe-report.ts';
import { TRUNK_METRICS } from '../../report/curves/trunks.ts';
import { readLazyResults } from '../../store/reading/lazy-results.ts';
import type { Storage } from '../../store/database/storage.ts';

/**
 * What the trunks of a sweep say, as far as they are trained by now. For each trunk and seed, the curves of one run are
 * read.
 */
export function probeOf(storage: Storage, sweepId: number): ProbeReport {
  return buildProbeReport(readLazyResults(storage, sweepId, TRUNK_METRICS));
}
