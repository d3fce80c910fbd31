import { useMemo } from 'preact/hooks';
import type { ShownFactors } from '../../server/http/schemas/factors.ts';
import { ChartView } from '../chart/chart.tsx';
import { formatNumber } from '../format/number.ts';
import { Select } from '../parts/field.tsx';
import { choose } from '../routing/location.ts';
import { toEffectScatter, toMapChart } from '../series/effect-map.ts';

interface MapCardProps {
  shown: ShownFactors;
  x: string;
  y: string;
}

/** The difference over two parameters at once: a map, or the arms as coloured dots where the values are too many. */
export function MapCard({ shown, x, y }: MapCardProps) {
  const { factors, map, unit } = shown;
  const spec = useMemo(() => (map === null ? toEffectScatter(shown, x, y) : toMapChart(map)), [shown, x, y]);
  if (factors.length < 2) return null;
  const options = factors.map(({ name, symbol }) => ({ value: name, label: symbol }));
  const swap = (changed: 'x' | 'y', value: string) => {
    const other = changed === 'x' ? y : x;
    const kept = other === value ? (changed === 'x' ? x : y) : other;
    choose(changed === 'x' ? { x: value, y: kept } : { x: kept, y: value });
  };
  const symbolOf = (name: string) => factors.find((factor) => factor.name === name)?.symbol ?? name;
  const rows = map?.rows.length ?? 9;
  return (
    <section class="card wide" aria-labelledby="map">
      <h2 id="map">Difference to the control over two parameters</h2>
      <div class="controls">
        <Select label="Across" value={x} options={options} onChange={(value) => swap('x', value)} />
        <Select label="Upwards" value={y} options={options} onChange={(value) => swap('y', value)} />
      </div>
      <ChartView
        key={`${x}/${y}/${rows}`}
        spec={spec}
        title={`Difference to the control by ${symbolOf(x)} and ${symbolOf(y)}`}
        size={rows <= 3 ? 'small' : rows <= 6 ? 'medium' : 'large'}
      />
      <p class="small quiet">
        {shown.better === null ? 'Blue: above 0, orange: below.' : 'Blue: better, orange: worse.'}
        {map === null
          ? ' Each dot is an arm.'
          : ` The colours end at ±${formatNumber(map.limit, 2)}${unit === '' ? '' : ` ${unit}`}. Bold outline: p < 0.05
             over the cells of this map. Pale: the 95 % interval includes 0. Hatched: the constraints leave nothing
             there. –: not run. Corner: averaged over other settings than most cells.`}
      </p>
    </section>
  );
}
