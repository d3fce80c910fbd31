import { useMemo } from 'preact/hooks';
import type { ShownFactors, ShownSlice } from '../../server/http/schemas/factors.ts';
import { ChartView } from '../chart/chart.tsx';
import { formatAmount, formatNumber } from '../format/number.ts';
import { parameterLabel } from '../format/parameter.ts';
import { FirstOf } from '../parts/first-of.tsx';
import { toSliceChart, toTrendChart } from '../series/slices.ts';

/** Which parameter the difference depends on, and how. */
export function FactorsCard({ shown }: { shown: ShownFactors }) {
  const { slices, trends } = shown;
  if (slices.length === 0 && trends.length === 0) return null;
  return (
    <section class="card wide" aria-labelledby="factors">
      <h2 id="factors">What the difference depends on</h2>
      <p class="small quiet">
        Exploratory: each parameter is a family of tests of its own. Points: mean difference to the control, with
        Student’s 95 % interval. Pale dots: the arms.
      </p>
      <ImportanceTable shown={shown} />
      <FirstOf items={slices} most={12} noun="parameters">
        {(first) => (
          <div class="panels slices">
            {first.map((slice) => (
              <SlicePanel key={slice.factor} slice={slice} shown={shown} />
            ))}
          </div>
        )}
      </FirstOf>
      <FirstOf items={trends} most={12} noun="parameters">
        {(first) => (
          <div class="panels slices">
            {first.map((trend) => (
              <TrendPanel key={trend.factor} trend={trend} shown={shown} />
            ))}
          </div>
        )}
      </FirstOf>
    </section>
  );
}

function SlicePanel({ slice, shown }: { slice: ShownSlice; shown: ShownFactors }) {
  const spec = useMemo(() => toSliceChart(slice, shown), [slice, shown]);
  return (
    <figure class="panel">
      <figcaption>
        {slice.contrast ?? parameterLabel(slice.factor)}
        <span class="small quiet block">{slice.note}</span>
      </figcaption>
      <ChartView spec={spec} size="small" title={slice.contrast ?? parameterLabel(slice.factor)} />
    </figure>
  );
}

function TrendPanel({ trend, shown }: { trend: ShownFactors['trends'][number]; shown: ShownFactors }) {
  const spec = useMemo(() => toTrendChart(trend.factor, shown), [trend.factor, shown]);
  const p = trend.p === null ? 'p – (from ten arms a parameter)' : `p = ${trend.p}`;
  return (
    <figure class="panel">
      <figcaption>
        {trend.symbol}: ρ = {formatNumber(trend.rho, 2)}, {p}
        <span class="small quiet block">
          Spearman’s rank correlation over {formatAmount(trend.arms, 'arm')}, by permutation
        </span>
      </figcaption>
      <ChartView spec={spec} size="small" title={`Difference to the control by ${trend.symbol}`} />
    </figure>
  );
}

function ImportanceTable({ shown: { importance, distances, unit, slices } }: { shown: ShownFactors }) {
  if (importance.length === 0)
    return slices.length === 0 ? null : (
      <p class="small">
        How much each parameter matters is not estimable: this takes six seeds and levels with settings in common.
      </p>
    );
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Importance of the parameters">
      <table class="data importance">
        <caption>How much the difference varies with each parameter{unit === '' ? '' : `, in ${unit}`}</caption>
        <thead>
          <tr>
            <th>Parameter</th>
            <th>Spread over its levels [95 %]</th>
            <th class="number">Largest contrast, p</th>
          </tr>
        </thead>
        <ImportanceRows rows={importance} />
        {distances !== null && <ImportanceRows rows={distances} title="By distances, in place of α and β" />}
      </table>
    </div>
  );
}

function ImportanceRows({ rows, title }: { rows: ShownFactors['importance']; title?: string }) {
  const most = Math.max(...rows.map(({ size }) => size));
  return (
    <tbody>
      {title !== undefined && (
        <tr>
          <th colSpan={3} class="quiet">
            {title}
          </th>
        </tr>
      )}
      {rows.map(({ factor, symbol, size, text, p }) => (
        <tr key={factor}>
          <th title={factor}>{symbol}</th>
          <td>
            <span
              class="importance-bar"
              style={{ width: `${most === 0 ? 0 : (100 * size) / most}%` }}
              aria-hidden="true"
            />
            <span class="importance-size">{text}</span>
          </td>
          <td class="number">{p ?? '–'}</td>
        </tr>
      ))}
    </tbody>
  );
}
