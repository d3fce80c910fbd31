import { useMemo } from 'preact/hooks';
import type { ArmBand, SweepDetail } from '../../server/http/api.ts';
import { ChartView } from '../chart/chart.tsx';
import { metricLabel } from '../format/metric.ts';
import { Legend } from '../parts/legend.tsx';
import { armLabel } from '../series/arm-label.ts';
import { toBandPanels } from '../series/bands.ts';

/** Any metric with and without the phase, as mean ± band over seeds. */
export function BandsSection({ bands, sweep, metric, late }: { bands: ArmBand[]; sweep: SweepDetail; metric: string; late: boolean }) {
  const drawn = useMemo(() => toBandPanels(bands, sweep.armList, metric, (arm) => armLabel(arm, sweep.varying), late), [bands, sweep.armList, metric, late]);
  if (drawn.panels.length === 0) return null;
  return (
    <section class="card">
      <h2>Mean over seeds</h2>
      <p class="small quiet">{metricLabel(metric)}: mean ± sd over the seeds recorded so far.</p>
      <Legend items={[{ label: 'without the intra-class phase', ink: 'control', look: 'dashed' }, ...drawn.legend]} />
      <div class="panels">
        {drawn.panels.map(({ N, spec }) => (
          <figure key={N} class="panel"><figcaption>N = {N}</figcaption><ChartView spec={spec} size="medium" /></figure>
        ))}
      </div>
    </section>
  );
}
