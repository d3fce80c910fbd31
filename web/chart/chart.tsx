import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Figure, LegendItem } from '../figure/figure.ts';
import { ExportMenu } from '../parts/export-menu.tsx';
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
  /** Of the exported figure, where the chart's own names do not say enough. */
  legend?: LegendItem[];
  /** Of the exported figure; default: the description. */
  title?: string;
}

/** Draws a chart once and from then on changes it in place: nothing flickers, and the pointer stays on its point. */
export function ChartView({ spec, size, onRange, legend, title = spec.description }: ChartViewProps) {
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
      <ExportMenu look="icon" name={toFileName(title)} figure={() => toFigure(spec, title, legend)} />
    </div>
  );
}

async function toFigure(spec: ChartSpec, title: string, legend?: LegendItem[]): Promise<Figure> {
  const { chartPanel, legendOf } = await import('../figure/chart-panel.ts');
  return { title, panels: [chartPanel('', spec)], legend: legend ?? legendOf(spec) };
}

/** The first words of a title. */
function toFileName(title: string): string {
  return title.slice(0, 60).trim();
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
