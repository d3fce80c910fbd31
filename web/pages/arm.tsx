import { useMemo } from 'preact/hooks';
import type { ArmItem } from '../../server/http/schemas/arm.ts';
import type { PairCurves, PairItem } from '../../server/http/schemas/pairs.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import type { ForestLine, Verdict } from '../../server/http/schemas/verdict.ts';
import { ChartView } from '../chart/chart.tsx';
import { query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { metricLabel } from '../format/metric.ts';
import { formatParameter, parameterLabel } from '../format/parameter.ts';
import { Legend } from '../parts/legend.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { ArmMarks } from '../parts/marks.tsx';
import { Message } from '../parts/message.tsx';
import { MetricSelect } from '../parts/metric-select.tsx';
import { PairTable } from '../parts/pair-table.tsx';
import { PointsDrawn } from '../parts/points-drawn.tsx';
import { SweepFrame } from '../parts/sweep-frame.tsx';
import { Link } from '../routing/link.tsx';
import { useChoice } from '../routing/location.ts';
import { toBandPanels } from '../series/bands.ts';
import { ofBand } from '../series/points-drawn.ts';
import { toSeedChart } from '../series/seed-differences.ts';
import { ConfirmForm } from './confirm-form.tsx';

export function ArmPage({ id, arm }: { id: string; arm: number }) {
  return (
    <SweepFrame id={id} page="arm">
      {(sweep) => {
        const found = sweep.armList.find(({ index }) => index === arm);
        return found === undefined ? (
          <Message kind="error" title={`Sweep ${id} has no arm ${arm}`}>
            <p>
              <Link to={`sweeps/${id}/runs`}>Its runs</Link>
            </p>
          </Message>
        ) : (
          <ArmOf sweep={sweep} arm={found} />
        );
      }}
    </SweepFrame>
  );
}

/** One arm against its control: the difference seed by seed, the curves, what fresh seeds say, and the settings. */
function ArmOf({ sweep, arm }: { sweep: SweepDetail; arm: ArmItem }) {
  const [metric, setMetric] = useChoice('metric', sweep.metric.name);
  const [at] = useChoice('at', 'last');
  const asked = query({ metric, at });
  const answer = useResource<Verdict>(`sweeps/${sweep.id}/verdict${asked}`, aboutSweep(sweep.id));
  const pairs = useResource<PairCurves>(
    `sweeps/${sweep.id}/pairs${query({ metric, at, arm: arm.index })}`,
    aboutSweep(sweep.id),
  );
  const control = sweep.armList.find(({ index }) => index === arm.controlIndex) ?? null;
  return (
    <div class="columns">
      <section class="card wide" aria-labelledby="arm">
        <h2 id="arm">
          {arm.name} {arm.control && <span class="tag">control</span>}
        </h2>
        <ArmMarks sweep={sweep} arm={arm.index} />
        {arm.control ? (
          <p>
            Without the intra-class phase. <Link to={`sweeps/${sweep.id}/runs?arm=${arm.index}`}>Its runs</Link>
          </p>
        ) : (
          <Loaded resource={answer} what="the answer">
            {({ forest }) => (
              <Standing
                sweep={sweep}
                arm={arm}
                line={forest.lines.find((line) => line.arm === arm.index) ?? null}
                unit={forest.unit}
              />
            )}
          </Loaded>
        )}
        <div class="controls">
          <MetricSelect
            metrics={sweep.metrics.length === 0 ? [sweep.metric.name] : sweep.metrics}
            value={metric}
            onChange={setMetric}
          />
        </div>
        {!arm.control && (
          <Loaded resource={pairs} what="the pairs">
            {(compared) => (
              <Pairs
                pairs={compared.pairs}
                line={answer.value?.forest.lines.find((line) => line.arm === arm.index) ?? null}
                metric={metric}
              />
            )}
          </Loaded>
        )}
      </section>
      {pairs.value !== null && <Curves sweep={sweep} compared={pairs.value} metric={metric} />}
      <Settings arm={arm} control={control} />
      {!arm.control && <ConfirmForm sweep={sweep} arm={arm.index} />}
    </div>
  );
}

interface StandingProps {
  sweep: SweepDetail;
  arm: ArmItem;
  line: ForestLine | null;
  unit: string;
}

function Standing({ sweep, arm, line, unit }: StandingProps) {
  const runs = <Link to={`sweeps/${sweep.id}/runs?arm=${arm.index}`}>its runs</Link>;
  if (line === null) return <p>No difference to a control yet; {runs}.</p>;
  const { text, p, n, isDead, bad, confirmation } = line;
  const of = unit === '' ? '' : ` ${unit}`;
  return (
    <>
      <p class="big numbers">
        {isDead ? '0: the term was dead in every run' : `${text}${of}`}
        <span class="quiet">
          {' '}
          · p {p === null ? '–' : `= ${p}`} · n = {n}
        </span>
      </p>
      <p class="small">
        {arm.controlIndex !== null && (
          <>
            Against <Link to={`sweeps/${sweep.id}/arms/${arm.controlIndex}`}>its control</Link>; {runs}.
          </>
        )}
        {bad !== null && <span class="tag">unstable: {bad}</span>}
      </p>
      {confirmation !== null && (
        <p>
          On fresh seeds: <b>{confirmation.state}</b>, {confirmation.text}
          {of}, p {confirmation.p === null ? '–' : `= ${confirmation.p}`}
        </p>
      )}
    </>
  );
}

function Pairs({ pairs, line, metric }: { pairs: PairItem[]; line: ForestLine | null; metric: string }) {
  const spec = useMemo(() => toSeedChart(pairs, line, metric), [pairs, line, metric]);
  if (pairs.length === 0) return <p class="quiet">No pair yet.</p>;
  return (
    <div class="arm-pairs">
      <ChartView
        key={pairs.length}
        spec={spec}
        size="medium"
        title={`Difference to the control by seed, ${metricLabel(metric)}`}
      />
      <PairTable pairs={pairs} metric={metric} />
    </div>
  );
}

interface CurvesProps {
  sweep: SweepDetail;
  compared: PairCurves;
  metric: string;
}

function Curves({ sweep, compared, metric }: CurvesProps) {
  const panel = useMemo(() => {
    return toBandPanels(compared.bands, sweep.armList, metric, { label: ({ name }) => name, late: true });
  }, [compared, sweep, metric]);
  if (panel.panels.length === 0) return null;
  return (
    <section class="card" aria-labelledby="arm-curves">
      <h2 id="arm-curves">Beside its control</h2>
      <p class="small quiet">{metricLabel(metric)}: mean ± sd over the seeds</p>
      <Legend items={[{ label: 'without the intra-class phase', ink: 'control', look: 'dashed' }, ...panel.legend]} />
      <ChartView spec={panel.panels[0]!.spec} size="medium" />
      <PointsDrawn lines={compared.bands.map(ofBand)} />
    </section>
  );
}

/** What differs from the control first, the rest folded. */
function Settings({ arm, control }: { arm: ArmItem; control: ArmItem | null }) {
  const names = Object.keys(arm.params);
  const differs = names.filter((name) => control !== null && control.params[name] !== arm.params[name]);
  const same = names.filter((name) => !differs.includes(name));
  const row = (name: string) => (
    <tr key={name}>
      <th title={name}>{parameterLabel(name)}</th>
      <td class="number">{formatParameter(arm.params[name])}</td>
      {control !== null && <td class="number">{formatParameter(control.params[name])}</td>}
    </tr>
  );
  return (
    <section class="card" aria-labelledby="arm-settings">
      <h2 id="arm-settings">Settings</h2>
      <table class="data">
        <thead>
          <tr>
            <th>Parameter</th>
            <th class="number">Arm</th>
            {control !== null && <th class="number">Control</th>}
          </tr>
        </thead>
        <tbody>{differs.map(row)}</tbody>
        <tbody class="quiet">{same.map(row)}</tbody>
      </table>
    </section>
  );
}
