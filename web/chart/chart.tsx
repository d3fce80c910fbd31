import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { ChartSpec } from '../series/chart-spec.ts';
import { Chart } from './chart-js.ts';
import { selectRange } from './select-range.ts';
import { usePalette } from './theme.ts';
import { toConfig, type LineConfig, type LineData } from './to-config.ts';

interface ChartViewProps {
  spec: ChartSpec;
  /** CSS class that gives the height. */
  size: 'small' | 'medium' | 'large' | 'picture';
  /** The reader dragged over [from, to] of the first x axis. */
  onRange?: (from: number, to: number) => void;
}

/** Draws a chart once and from then on changes it in place: nothing flickers, and the pointer stays on its point. */
export function ChartView({ spec, size, onRange }: ChartViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart<'line'> | null>(null);
  const range = useRef(onRange);
  range.current = onRange;
  const palette = usePalette();

  useLayoutEffect(() => {
    chart.current = new Chart(canvas.current!, toConfig(spec, palette) as never);
    const stop = selectRange(canvas.current!, chart.current, () => range.current);
    return () => {
      stop();
      chart.current!.destroy();
    };
  }, []);

  const drawn = useRef({ spec, palette });
  useEffect(() => {
    if (drawn.current.spec === spec && drawn.current.palette === palette) return;
    drawn.current = { spec, palette };
    update(chart.current!, toConfig(spec, palette));
  }, [spec, palette]);

  return (
    <div class={`chart chart-${size}${onRange === undefined ? '' : ' chart-range'}`}>
      <canvas ref={canvas} role="img" aria-label={spec.description} />
    </div>
  );
}

/** A dataset of the same id keeps its object, so that Chart.js keeps what it knows about it. */
function update(chart: Chart<'line'>, next: LineConfig): void {
  const before = new Map((chart.data.datasets as LineData[]).map((dataset) => [dataset.id, dataset]));
  chart.data.datasets = (next.data.datasets as LineData[]).map((dataset) =>
    Object.assign(before.get(dataset.id) ?? dataset, dataset),
  );
  chart.options = next.options as never;
  chart.update('none');
}
