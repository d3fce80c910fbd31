import { useState } from 'preact/hooks';
import type { Forest, ForestLine } from '../../server/http/schemas/verdict.ts';
import { formatNumber } from '../format/number.ts';
import { metricLabel } from '../format/metric.ts';
import type { Figure } from '../figure/figure.ts';
import { ExportMenu } from '../parts/export-menu.tsx';
import { Link } from '../routing/link.tsx';
import { chooseLines, scaleOf, type Scale } from '../series/forest.ts';

interface ForestProps {
  forest: Forest;
  sweep: string;
  metric: string;
  /** Of several plots that are compared; default: its own. */
  scale?: Scale | undefined;
}

/** Difference of every arm to its control, with its intervals, on one scale. */
export function ForestPlot({ forest, sweep, metric, scale = scaleOf(forest) }: ForestProps) {
  const [all, setAll] = useState(false);
  const { lines, hidden } = chooseLines(forest, all ? Infinity : undefined);
  if (lines.length === 0) return null;
  return (
    <div class="forest">
      <div role="table" aria-label={`Difference of ${metricLabel(metric)} to the control`}>
        <div class="forest-row forest-head" role="row">
          <span role="columnheader">Arm</span>
          <span role="columnheader" class="forest-plot">
            {words(forest, metric)}
          </span>
          <span role="columnheader" class="number">
            Difference
          </span>
          <span role="columnheader" class="number">
            p
          </span>
          <span role="columnheader" class="number">
            n
          </span>
        </div>
        {forest.overall !== null && <Row line={forest.overall} scale={scale} sweep={sweep} />}
        {lines.map((line) => (
          <Row key={line.arm} line={line} scale={scale} sweep={sweep} />
        ))}
      </div>
      <Axis scale={scale} />
      {hidden !== null && (
        <button type="button" class="forest-more" onClick={() => setAll(true)}>
          {hidden.count} more arms, differences from {formatNumber(hidden.low, 2)} to {formatNumber(hidden.high, 2)}
        </button>
      )}
      <ExportMenu figure={() => toFigure(forest, metric)} name={`${sweep}-forest`} />
      <p class="small quiet forest-key">
        Thick: 95 % for one arm alone. Thin: 95 % for all arms together. Dots: seeds. Marked with ∗: corrected p under
        0.05.
      </p>
    </div>
  );
}

async function toFigure(forest: Forest, metric: string): Promise<Figure> {
  const { forestPanel, forestAxis, FOREST_LEGEND } = await import('../figure/forest-panel.ts');
  const panels = [forestPanel('', forest, forestAxis(forest, metricLabel(metric)))];
  return { title: `Difference of ${metricLabel(metric)} to the control`, panels, legend: FOREST_LEGEND };
}

function words({ unit, better }: Forest, metric: string): string {
  const what = `with − without the phase${unit === '' ? `, ${metricLabel(metric)}` : `, ${unit}`}`;
  if (better === null) return what;
  return better === 'right' ? `${what}; better →` : `← better; ${what}`;
}

function Row({ line, scale, sweep }: { line: ForestLine; scale: Scale; sweep: string }) {
  const { arm, name, isDead, isSignificant, text, p, n, bad, confirmation } = line;
  return (
    <>
      <div class={`forest-row${arm === null ? ' forest-overall' : ''}${isDead ? ' forest-dead' : ''}`} role="row">
        <span role="rowheader" class="forest-name">
          {arm === null ? name : <Link to={`sweeps/${sweep}/arms/${arm}`}>{name}</Link>}
          {bad !== null && <span class="tag">unstable: {bad}</span>}
        </span>
        <span role="cell" class="forest-plot">
          <Marks line={line} scale={scale} />
        </span>
        <span role="cell" class="number forest-change">
          {isDead ? '0, dead' : text}
          {isSignificant && <b title="corrected p under 0.05"> ∗</b>}
        </span>
        <span role="cell" class="number forest-p">
          <span class="forest-label">p </span>
          {p ?? '–'}
        </span>
        <span role="cell" class="number forest-n">
          <span class="forest-label">n </span>
          {n}
        </span>
      </div>
      {confirmation !== null && (
        <div class="forest-row forest-confirmation" role="row">
          <span role="rowheader" class="forest-name">
            fresh seeds: {confirmation.state}
          </span>
          <span role="cell" class="forest-plot">
            <svg aria-hidden="true">
              <Zero scale={scale} />
              <Interval ends={confirmation.interval} scale={scale} kind="thick" />
              <Diamond at={confirmation.mean} scale={scale} kind="hollow" />
            </svg>
          </span>
          <span role="cell" class="number forest-change">
            {confirmation.text}
          </span>
          <span role="cell" class="number forest-p">
            <span class="forest-label">p </span>
            {confirmation.p ?? '–'}
          </span>
          <span role="cell" class="number forest-n" />
        </div>
      )}
    </>
  );
}

function Marks({ line: { arm, mean, interval, together, seeds, isDead }, scale }: { line: ForestLine; scale: Scale }) {
  if (isDead)
    return (
      <svg aria-hidden="true">
        <Zero scale={scale} />
      </svg>
    );
  return (
    <svg aria-hidden="true">
      <Zero scale={scale} />
      <Interval ends={together} scale={scale} kind="thin" />
      <Interval ends={interval} scale={scale} kind="thick" />
      {seeds.map((value, index) => (
        <circle key={index} cx={share(scale, value)} cy="50%" r="2.5" class="forest-seed" />
      ))}
      {arm === null ? (
        <Diamond at={mean} scale={scale} kind="full" />
      ) : (
        <circle cx={share(scale, mean)} cy="50%" r="4.5" class="forest-mean" />
      )}
    </svg>
  );
}

function Zero({ scale }: { scale: Scale }) {
  return <line x1={share(scale, 0)} x2={share(scale, 0)} y1="0" y2="100%" class="forest-zero" />;
}

/** An end beyond the scale has an arrowhead at its edge. */
function Interval({ ends, scale, kind }: { ends: [number, number] | null; scale: Scale; kind: 'thin' | 'thick' }) {
  if (ends === null) return null;
  const [low, high] = ends;
  return (
    <>
      <line x1={share(scale, low)} x2={share(scale, high)} y1="50%" y2="50%" class={`forest-${kind}`} />
      {kind === 'thin' &&
        [low, high].map((end, index) => (
          <line key={index} x1={share(scale, end)} x2={share(scale, end)} y1="32%" y2="68%" class="forest-thin" />
        ))}
      {low < scale.low && (
        <text x="0" y="50%" dy="0.35em" class="forest-arrow">
          ◂
        </text>
      )}
      {high > scale.high && (
        <text x="100%" y="50%" dy="0.35em" text-anchor="end" class="forest-arrow">
          ▸
        </text>
      )}
    </>
  );
}

function Diamond({ at, scale, kind }: { at: number; scale: Scale; kind: 'full' | 'hollow' }) {
  return (
    <svg x={share(scale, at)} y="50%" overflow="visible">
      <path d="M -7 0 L 0 -6 L 7 0 L 0 6 Z" class={`forest-diamond forest-${kind}`} />
    </svg>
  );
}

function Axis({ scale }: { scale: Scale }) {
  return (
    <div class="forest-row forest-axis" aria-hidden="true">
      <span />
      <span class="forest-plot">
        {scale.ticks.map((tick) => (
          <span key={tick} style={{ left: share(scale, tick) }}>
            {String(tick).replace('-', '−')}
          </span>
        ))}
      </span>
    </div>
  );
}

/** The place of a value, kept within the plot. */
function share(scale: Scale, value: number): string {
  return `${(100 * Math.min(1, Math.max(0, scale.at(value)))).toFixed(3)}%`;
}
