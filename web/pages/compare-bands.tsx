import { useMemo } from 'preact/hooks';
import type { ArmBand } from '../../server/http/schemas/pairs.ts';
import type { Picture } from '../../server/http/schemas/picture.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { ChartView } from '../chart/chart.tsx';
import { metricLabel } from '../format/metric.ts';
import { FirstOf } from '../parts/first-of.tsx';
import { Legend } from '../parts/legend.tsx';
import { armLabel } from '../series/arm-label.ts';
import { toBandPanels } from '../series/bands.ts';

interface BandsProps {
  bands: ArmBand[];
  /** The picture drawn above; the bands take their names and colours from it. */
  picture: Picture | null;
  sweep: SweepDetail;
  metric: string;
  late: boolean;
}

/** Any metric with and without the phase, as mean ± band over seeds. */
export function BandsSection({ bands, picture, sweep, metric, late }: BandsProps) {
  const panels = picture?.panels ?? [];
  const switches = new Map(panels.map(({ N, label }) => [N, label]));
  const drawn = useMemo(() => {
    const groups = panels.flatMap((panel) => panel.groups);
    const labels = new Map(groups.map(({ arm, label }) => [arm, label]));
    return toBandPanels(bands, sweep.armList, metric, {
      label: (arm) => labels.get(arm.index) ?? armLabel(arm, sweep.varying),
      known: [...labels.values()],
      late,
    });
  }, [bands, picture, sweep.armList, metric, late]);
  if (drawn.panels.length === 0) return null;
  return (
    <section class="card">
      <h2>Mean over seeds</h2>
      <p class="small quiet">{metricLabel(metric)}: mean ± sd over the seeds recorded so far.</p>
      <Legend items={[{ label: 'without the intra-class phase', ink: 'control', look: 'dashed' }, ...drawn.legend]} />
      <FirstOf items={drawn.panels} most={12} noun="panels">
        {(shown) => (
          <div class="panels">
            {shown.map(({ N, spec }) => (
              <figure key={N} class="panel">
                <figcaption>{switches.get(N) ?? `N = ${N}`}</figcaption>
                <ChartView spec={spec} size="medium" />
              </figure>
            ))}
          </div>
        )}
      </FirstOf>
    </section>
  );
}
