import { useMemo, useRef, useState } from 'preact/hooks';
import type { RunRow } from '../../server/http/schemas/run.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { toColour } from '../chart/palette.ts';
import { usePalette } from '../chart/theme.ts';
import { choose } from '../routing/location.ts';
import { brush, brushedRange, endLabels, parallelAxes, placeOn, type ParallelAxis } from '../series/parallel.ts';
import { toneOf } from '../series/tone.ts';

interface ParallelPlotProps {
  sweep: SweepDetail;
  metric: string;
  filter: string;
  runs: RunRow[];
  /** Those of the runs that pass the filter. */
  passing: RunRow[];
}

/** The drawing's own units: it is stretched to the width that there is. */
const WIDTH = 1000;
const HEIGHT = 300;

export function ParallelPlot({ sweep, metric, filter, runs, passing }: ParallelPlotProps) {
  const palette = usePalette();
  const axes = useMemo(() => parallelAxes(runs, sweep.varying, metric), [runs, sweep.varying, metric]);
  if (axes.length < 2) return <p class="quiet">Nothing varies yet.</p>;
  const kept = new Set(passing.map(({ id }) => id));
  const left = runs.filter(({ id }) => !kept.has(id));
  const goal = sweep.metricList.find(({ name }) => name === metric)?.goal;
  const toneOf = tones(passing, metric, goal === 'minimize' ? -1 : 1);
  const set = (axis: ParallelAxis, range: [number, number] | null): void =>
    choose({ filter: brush(filter, axis, range) || null, page: null });
  return (
    <div class="parallel" style={{ '--axes': axes.length }} tabIndex={0} role="group" aria-label="Parallel coordinates">
      <div class="parallel-plot">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={describe(axes, passing)}
        >
          {left.map((run) => (
            <path key={run.id} d={pathOf(run, axes)} stroke={palette.grid} />
          ))}
          {passing.map((run) => (
            <path key={run.id} d={pathOf(run, axes)} stroke={toColour(toneOf(run), palette)} />
          ))}
        </svg>
        {axes.map((axis, place) => (
          <Axis
            key={axis.word}
            axis={axis}
            share={place / (axes.length - 1)}
            range={brushedRange(filter, axis)}
            onRange={(range) => set(axis, range)}
          />
        ))}
      </div>
    </div>
  );
}

function describe(axes: ParallelAxis[], passing: RunRow[]): string {
  return `${passing.length} runs over ${axes.map(({ label }) => label).join(', ')}`;
}

function pathOf(run: RunRow, axes: ParallelAxis[]): string {
  let isDrawing = false;
  return axes
    .map((axis, place) => {
      const at = placeOn(axis, run);
      if (at === null) {
        isDrawing = false;
        return '';
      }
      const command = isDrawing ? 'L' : 'M';
      isDrawing = true;
      return `${command}${((WIDTH * place) / (axes.length - 1)).toFixed(1)} ${(HEIGHT * (1 - at)).toFixed(1)}`;
    })
    .join('');
}

function tones(runs: readonly RunRow[], metric: string, sign: 1 | -1) {
  const limit = Math.max(0, ...runs.map(({ deltas }) => Math.abs(deltas[metric] ?? 0))) || 1;
  return ({ deltas }: RunRow): 'control' | { tone: number } => {
    const delta = deltas[metric];
    return delta == null ? 'control' : toneOf(delta, limit, sign);
  };
}

interface AxisProps {
  axis: ParallelAxis;
  /** Of the width, from the left. */
  share: number;
  range: [number, number] | null;
  onRange: (range: [number, number] | null) => void;
}

/** A press without a drag takes the range away. Axes of words are read only: a range of words means nothing. */
function Axis({ axis, share, range, onRange }: AxisProps) {
  const [low, high] = endLabels(axis);
  const line = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<[number, number] | null>(null);
  const placeAt = (event: PointerEvent): number => {
    const { top, height } = line.current!.getBoundingClientRect();
    return Math.max(0, Math.min(1, 1 - (event.clientY - top) / height));
  };
  const begin = (event: PointerEvent): void => {
    if (axis.categories !== null) return;
    line.current!.setPointerCapture(event.pointerId);
    setDrag([placeAt(event), placeAt(event)]);
  };
  const end = (): void => {
    if (drag === null) return;
    onRange(Math.abs(drag[1] - drag[0]) < 0.01 ? null : drag);
    setDrag(null);
  };
  const shown = drag ?? range;
  const [from, to] = shown === null ? [0, 0] : [Math.min(...shown), Math.max(...shown)];
  return (
    <div class="parallel-axis" style={{ left: `${100 * share}%` }}>
      <span class="parallel-name" title={axis.word}>
        {axis.label}
      </span>
      <span class="parallel-end">{high}</span>
      <div
        ref={line}
        class={`parallel-line${axis.categories === null ? ' parallel-brush' : ''}`}
        onPointerDown={begin}
        onPointerMove={(event) => drag !== null && setDrag([drag[0], placeAt(event)])}
        onPointerUp={end}
        onPointerCancel={() => setDrag(null)}
      >
        {shown !== null && (
          <span class="parallel-range" style={{ bottom: `${100 * from}%`, height: `${100 * (to - from)}%` }} />
        )}
      </div>
      <span class="parallel-end">{low}</span>
    </div>
  );
}
