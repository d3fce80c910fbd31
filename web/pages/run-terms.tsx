import { useMemo } from 'preact/hooks';
import type { CurvesResponse } from '../../server/http/schemas/curves.ts';
import type { RunDetail } from '../../server/http/schemas/run.ts';
import { ChartView } from '../chart/chart.tsx';
import { query } from '../data/api.ts';
import { aboutRun, useResource } from '../data/use-resource.ts';
import { Legend } from '../parts/legend.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { PointsDrawn } from '../parts/points-drawn.tsx';
import type { ChosenRange } from '../parts/range-fields.tsx';
import { ofCurve } from '../series/points-drawn.ts';
import { labelOf, toStackedTerms } from '../series/stacked-terms.ts';

interface RunTermsProps {
  run: RunDetail;
  range: ChosenRange | null;
  onRange: (range: ChosenRange) => void;
}

/** How much of the loss each term is: weighted and stacked, before the switch and after it. */
export function RunTerms({ run, range, onRange }: RunTermsProps) {
  const terms = run.terms.filter(({ metric }) => metric in run.metrics);
  const metric = terms.map((term) => term.metric).join(',');
  const curves = useResource<CurvesResponse>(
    terms.length === 0
      ? null
      : `curves${query({ runs: run.id, metric, from: range?.from, to: range?.to, width: 400 })}`,
    aboutRun(run.id),
  );
  if (terms.length === 0) return null;
  return (
    <div class="panel">
      <h3>Weighted terms, stacked</h3>
      <Loaded resource={curves} what="the terms">
        {(answer) => (
          <>
            <Legend items={terms.map((term, ink) => ({ label: labelOf(term), ink, look: 'shade' }))} />
            <Terms run={run} terms={terms} answer={answer} range={range} onRange={onRange} />
            <PointsDrawn lines={answer.curves.map(ofCurve)} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function Terms({
  run,
  terms,
  answer,
  range,
  onRange,
}: RunTermsProps & { terms: RunDetail['terms']; answer: CurvesResponse }) {
  const spec = useMemo(
    () => toStackedTerms(terms, answer.curves, range, run.arm?.params.N ?? null),
    [answer, range, run.arm],
  );
  return (
    <ChartView
      spec={spec}
      size="medium"
      onRange={(from, to) => onRange({ from: Math.max(0, Math.floor(from)), to: Math.ceil(to) })}
    />
  );
}
