import type { AblationResponse } from '../../server/http/schemas/ablation.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { metricLabel } from '../format/metric.ts';
import { parameterLabel } from '../format/parameter.ts';
import { AtSelect } from '../parts/at-select.tsx';
import { Field, Select } from '../parts/field.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { SweepFrame } from '../parts/sweep-frame.tsx';
import { useChoice, useLocation } from '../routing/location.ts';
import { ConfirmForm } from './confirm-form.tsx';
import { TableExports } from './table-exports.tsx';
import { runsOfArms, TableView } from './table-view.tsx';

export function TablePage({ id }: { id: string }) {
  return (
    <SweepFrame id={id} page="table">
      {(sweep) => <AblationTable sweep={sweep} />}
    </SweepFrame>
  );
}

const CORRECTIONS = [
  { value: 'maxT', label: 'max-T (all rows together)' },
  { value: 'holm', label: 'Holm' },
  { value: 'none', label: 'none (each row by itself)' },
];

const DIGITS = ['1', '2', '3', '4'].map((value) => ({ value, label: `${value} of the half-width` }));

function AblationTable({ sweep }: { sweep: SweepDetail }) {
  const { query: address } = useLocation();
  const [metrics, setMetrics] = useChoice('metrics', address.get('metric') ?? sweep.metric.name);
  const [at, setAt] = useChoice('at', 'last');
  const [rows, setRows] = useChoice('rows', 'arm');
  const [cols, setCols] = useChoice('cols', '');
  const [baseline, setBaseline] = useChoice('baseline', '');
  const [correction, setCorrection] = useChoice('correction', 'maxT');
  const [digits, setDigits] = useChoice('digits', '2');
  const [text, setText] = useChoice('text', '');
  const chosen = metrics.split(',').filter((metric) => metric !== '');
  const repeated = chosen.map((metric) => `&metric=${encodeURIComponent(metric)}`).join('');
  const options = query({ at, rows, cols: rows === 'arm' ? '' : cols, baseline, correction, digits }) + repeated;
  const table = useResource<AblationResponse>(
    `sweeps/${sweep.id}/ablation${options}&format=page`,
    aboutSweep(sweep.id),
  );
  const parameters = sweep.varying.map((key) => ({ value: key, label: parameterLabel(key) }));
  return (
    <>
      <div class="controls">
        <Select
          label="Rows"
          value={rows}
          onChange={setRows}
          options={[{ value: 'arm', label: 'arms' }, ...parameters]}
        />
        {rows !== 'arm' && (
          <Select
            label="Columns"
            value={cols}
            onChange={setCols}
            options={[{ value: '', label: 'none' }, ...parameters.filter(({ value }) => value !== rows)]}
          />
        )}
        <MetricsField sweep={sweep} chosen={chosen} onChange={(next) => setMetrics(next.join(','))} />
        <Select
          label="Compared with"
          value={baseline}
          onChange={setBaseline}
          options={[
            { value: '', label: 'its control' },
            ...sweep.armList.map(({ index, name }) => ({ value: String(index), label: name })),
          ]}
        />
        <Select label="Correction of p" value={correction} onChange={setCorrection} options={CORRECTIONS} />
        <AtSelect value={at} onChange={setAt} />
        <Select label="Digits" value={digits} onChange={setDigits} options={DIGITS} />
        <Field label="Rows with the text">
          <input
            type="search"
            value={text}
            placeholder="such as 0.1"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </Field>
      </div>
      <Loaded resource={table} what="the table">
        {(answer) => (
          <section class="card">
            <TableView table={answer.table} runsOf={(arms) => runsOfArms(sweep.id, arms)} text={text} />
            <TableExports path={`sweeps/${sweep.id}/ablation${options}`} name={sweep.name} />
          </section>
        )}
      </Loaded>
      <ConfirmForm sweep={sweep} />
    </>
  );
}

interface MetricsFieldProps {
  sweep: SweepDetail;
  chosen: string[];
  onChange: (metrics: string[]) => void;
}

/** Several metrics become column groups, in the order in which they were chosen. */
function MetricsField({ sweep, chosen, onChange }: MetricsFieldProps) {
  const evaluated = sweep.metrics.filter((metric) => !metric.startsWith('train/'));
  const all = [...new Set([...chosen, sweep.metric.name, ...evaluated])];
  const toggle = (metric: string): void => {
    const next = chosen.includes(metric) ? chosen.filter((other) => other !== metric) : [...chosen, metric];
    if (next.length > 0) onChange(next);
  };
  return (
    // No `label` element: a click on the word would choose the first of the boxes.
    <div class="field" role="group" aria-label="Metrics">
      <span class="field-label">Metrics</span>
      <details class="menu">
        <summary>{chosen.length === 1 ? metricLabel(chosen[0]!) : `${chosen.length} metrics`}</summary>
        <fieldset>
          <legend class="visually-hidden">Metrics of the table</legend>
          {all.map((metric) => (
            <label key={metric} class="check">
              <input type="checkbox" checked={chosen.includes(metric)} onChange={() => toggle(metric)} />{' '}
              {metricLabel(metric)}
            </label>
          ))}
        </fieldset>
      </details>
    </div>
  );
}
