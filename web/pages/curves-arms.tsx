import { useMemo } from 'preact/hooks';
import type { ArmCurves, Line, MeanLine } from '../../server/http/schemas/arm-curves.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { ChartView } from '../chart/chart.tsx';
import { query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import type { Figure, LegendItem } from '../figure/figure.ts';
import { metricLabel } from '../format/metric.ts';
import { formatParameter, parameterLabel } from '../format/parameter.ts';
import { ArmPicker } from '../parts/arm-picker.tsx';
import { ExportMenu } from '../parts/export-menu.tsx';
import { Select } from '../parts/field.tsx';
import { FirstOf } from '../parts/first-of.tsx';
import { Legend } from '../parts/legend.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { PointsDrawn } from '../parts/points-drawn.tsx';
import { useChoice } from '../routing/location.ts';
import { facetsOf, toArmCurveChart } from '../series/arm-curves.ts';
import { ofLine } from '../series/points-drawn.ts';

/** As many as colours can tell apart. */
const MOST_ARMS = 8;
const BY_DEFAULT = 3;

const BANDS = {
  sd: 'standard deviation',
  se: 'standard error',
  interval: '95 % interval of the mean',
  range: 'lowest to highest',
  seeds: 'every seed as a line',
};
const AXES = { batch: 'batch', epoch: 'epoch', seconds: 'seconds', switch: 'batch − N' };
const SMOOTHING = [
  { value: '0', label: 'none' },
  { value: '0.02', label: '2 % of the points' },
  { value: '0.05', label: '5 % of the points' },
  { value: '0.1', label: '10 % of the points' },
  { value: '0.2', label: '20 % of the points' },
];

interface ArmsProps {
  sweep: SweepDetail;
  metric: string;
  late: boolean;
}

/** Chosen arms with and without the phase, or the difference between them; every choice is in the address. */
export function ArmsSection({ sweep, metric, late }: ArmsProps) {
  const withPhase = useMemo(
    () => sweep.armList.filter(({ controlIndex, control }) => !control && controlIndex !== null),
    [sweep.armList],
  );
  const candidates = withPhase.length === 0 ? sweep.armList : withPhase;
  const [written, setWritten] = useChoice('arms', '');
  const [view, setView] = useChoice('view', 'arms');
  const [x, setX] = useChoice('x', 'batch');
  const [band, setBand] = useChoice('band', 'sd');
  const [smoothing, setSmoothing] = useChoice('smooth', '0');
  const [facet, setFacet] = useChoice('facet', '');
  const [scale, setScale] = useChoice('scale', 'linear');
  const chosen = chosenArms(
    written,
    sweep,
    candidates.map(({ index }) => index),
  );
  const path = `sweeps/${sweep.id}/curves${query({ arms: chosen.join(','), metric, band, x, smoothing })}`;
  const curves = useResource<ArmCurves>(path, aboutSweep(sweep.id));
  const axes = curves.value?.axes ?? ['batch'];
  return (
    <section class="card" aria-label="Chosen arms">
      <div class="controls">
        <Select
          label="Show"
          value={view}
          onChange={setView}
          options={[
            { value: 'arms', label: 'with and without' },
            { value: 'difference', label: 'with − without' },
          ]}
        />
        <Select
          label="Horizontal axis"
          value={x}
          onChange={setX}
          options={Object.entries(AXES)
            .filter(([value]) => value === x || axes.some((axis) => axis === value))
            .map(([value, label]) => ({ value, label }))}
        />
        <Select
          label="Band over seeds"
          value={band}
          onChange={setBand}
          options={Object.entries(BANDS).map(([value, label]) => ({ value, label }))}
        />
        <Select label="Smoothing" value={smoothing} onChange={setSmoothing} options={SMOOTHING} />
        <Select
          label="Panels by"
          value={facet}
          onChange={setFacet}
          options={[
            { value: '', label: 'one panel' },
            ...sweep.varying.map((key) => ({ value: key, label: parameterLabel(key) })),
          ]}
        />
        {view === 'arms' && (
          <Select
            label="Scale"
            value={scale}
            onChange={setScale}
            options={[
              { value: 'linear', label: 'linear' },
              { value: 'log', label: 'logarithmic' },
            ]}
          />
        )}
      </div>
      <div class="curves-layout">
        <ArmPicker
          arms={candidates}
          chosen={chosen}
          most={MOST_ARMS}
          onChange={(arms) => setWritten(arms.length === 0 ? 'none' : arms.join(','))}
        />
        <div>
          {chosen.length === 0 ? (
            <p class="quiet">Choose an arm.</p>
          ) : (
            <Loaded resource={curves} what="the curves">
              {(answer) => (
                <Panels
                  answer={answer}
                  sweep={sweep}
                  chosen={chosen}
                  look={{ view: view === 'difference' ? 'difference' : 'arms', isLog: scale === 'log', late, facet }}
                />
              )}
            </Loaded>
          )}
        </div>
      </div>
    </section>
  );
}

/** What the address names; else the best arms. An address may name arms that are not there. */
function chosenArms(written: string, { best, armList }: SweepDetail, candidates: number[]): number[] {
  if (written === 'none') return [];
  const named = written
    .split(',')
    .flatMap((text) => (/^\d+$/.test(text) && armList[Number(text)] ? [Number(text)] : []));
  if (named.length > 0) return [...new Set(named)].slice(0, MOST_ARMS);
  const leading = best.map(({ arm }) => arm).filter((arm) => candidates.includes(arm));
  return [...new Set([...leading, ...candidates])].slice(0, BY_DEFAULT);
}

interface PanelsProps {
  answer: ArmCurves;
  sweep: SweepDetail;
  chosen: number[];
  look: { view: 'arms' | 'difference'; isLog: boolean; late: boolean; facet: string };
}

function Panels({ answer, sweep, chosen, look: { view, isLog, late, facet } }: PanelsProps) {
  const panels = useMemo(() => {
    const valueOf = sweep.varying.includes(facet)
      ? (arm: number) => `${parameterLabel(facet)} = ${formatParameter(sweep.armList[arm]!.params[facet])}`
      : null;
    return facetsOf(answer.arms, valueOf).map(({ label, members }) => ({
      label,
      spec: toArmCurveChart(answer, members, {
        view,
        logarithmic: isLog,
        late,
        inkOf: (arm) => chosen.indexOf(arm),
      }),
    }));
  }, [answer, view, isLog, late, facet, chosen.join(',')]);
  const legend: LegendItem[] = [
    ...answer.arms.map(({ arm, name }) => ({ label: name, ink: Math.max(0, chosen.indexOf(arm)) })),
    ...(view === 'arms' ? [{ label: 'without the phase', ink: 'control' as const, look: 'dashed' as const }] : []),
    ...(view === 'arms' && answer.spread !== null
      ? [
          {
            label: `${answer.spread.arms} other arms: median, middle 80 %`,
            ink: 'faint' as const,
            look: 'shade' as const,
          },
        ]
      : []),
    ...(view === 'arms' && answer.others.length > 0 ? [{ label: 'other arms', ink: 'faint' as const }] : []),
  ];
  const what = view === 'arms' ? 'with and without the phase' : 'with − without the phase';
  const title = `${metricLabel(answer.metric)}, ${what}`;
  const note = `Mean over seeds, ${answer.band === 'seeds' ? 'thin lines: seeds' : `band: ${BANDS[answer.band]}`}.`;
  if (answer.arms.length === 0) return <p class="quiet">None of these arms has a value of this metric yet.</p>;
  return (
    <>
      <div class="picture-head">
        <Legend items={legend} />
        <ExportMenu
          name={`${sweep.name}-curves`}
          figure={async (): Promise<Figure> => {
            const { chartPanel } = await import('../figure/chart-panel.ts');
            return { title, panels: panels.map(({ label, spec }) => chartPanel(label, spec)), legend, note };
          }}
        />
      </div>
      <FirstOf items={panels} most={12} noun="panels">
        {(shown) => (
          <div class={panels.length === 1 ? 'panels panels-one' : 'panels panels-wide'}>
            {shown.map(({ label, spec }) => (
              <figure key={label} class="panel">
                {label !== '' && <figcaption>{label}</figcaption>}
                <ChartView spec={spec} size={panels.length === 1 ? 'large' : 'medium'} legend={legend} title={title} />
              </figure>
            ))}
          </div>
        )}
      </FirstOf>
      <p class="small quiet">{note}</p>
      <PointsDrawn lines={linesOf(answer, view).map(ofLine)} />
    </>
  );
}

/** What the charts draw of an answer. */
function linesOf({ arms, others, spread }: ArmCurves, view: 'arms' | 'difference'): (Line | MeanLine)[] {
  const lines = arms.flatMap((arm) =>
    [arm, ...arm.seeds].flatMap((own) => (view === 'difference' ? [own.difference] : [own.with, own.without])),
  );
  const behind = view === 'difference' ? [] : [...others.map(({ line }) => line), spread?.line ?? null];
  return [...lines, ...behind].filter((line) => line !== null);
}
