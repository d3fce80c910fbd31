import type { AblationResponse } from '../../server/http/schemas/ablation.ts';
import type { DisplayCell, DisplayTable } from '../../server/http/schemas/display-table.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { apiAddress, query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { metricLabel } from '../format/metric.ts';
import { parameterLabel } from '../format/parameter.ts';
import { Select } from '../parts/field.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { SweepFrame } from '../parts/sweep-frame.tsx';
import { useChoice } from '../routing/location.ts';
import { ConfirmForm } from './confirm-form.tsx';

export function TablePage({ id }: { id: string }) {
  return (
    <SweepFrame id={id} page="table">
      {(sweep) => <AblationTable sweep={sweep} />}
    </SweepFrame>
  );
}

const FORMATS = [
  { format: 'md', label: 'Markdown', ending: 'md' },
  { format: 'csv', label: 'CSV', ending: 'csv' },
  { format: 'json', label: 'JSON', ending: 'json' },
  { format: 'latex', label: 'LaTeX', ending: 'tex' },
  { format: 'html', label: 'HTML', ending: 'html' },
];

function AblationTable({ sweep }: { sweep: SweepDetail }) {
  const [metrics, setMetrics] = useChoice('metrics', sweep.metric.name);
  const [at, setAt] = useChoice('at', 'last');
  const [rows, setRows] = useChoice('rows', 'arm');
  const [cols, setCols] = useChoice('cols', '');
  const [baseline, setBaseline] = useChoice('baseline', '');
  const chosen = metrics.split(',').filter((metric) => metric !== '');
  const repeated = chosen.map((metric) => `&metric=${encodeURIComponent(metric)}`).join('');
  const options = query({ at, rows, cols: rows === 'arm' ? '' : cols, baseline }) + repeated;
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
        <Select
          label="Compared with"
          value={baseline}
          onChange={setBaseline}
          options={[
            { value: '', label: 'its control' },
            ...sweep.armList.map(({ index, name }) => ({ value: String(index), label: name })),
          ]}
        />
        <Select
          label="Value of a run"
          value={at}
          onChange={setAt}
          options={[
            { value: 'last', label: 'last evaluation' },
            { value: 'best', label: 'best evaluation (optimistic)' },
          ]}
        />
        <MetricsField sweep={sweep} chosen={chosen} onChange={(next) => setMetrics(next.join(','))} />
      </div>
      <Loaded resource={table} what="the table">
        {(answer) => (
          <section class="card">
            <TableView table={answer.table} />
            <p class="downloads">
              Download:{' '}
              {FORMATS.map(({ format, label, ending }) => (
                <a
                  key={format}
                  href={apiAddress(`sweeps/${sweep.id}/ablation${options}&format=${format}`)}
                  download={`${sweep.name}.${ending}`}
                >
                  {label}
                </a>
              ))}
            </p>
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

function TableView({ table }: { table: DisplayTable }) {
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Ablation table">
        <table class="ablation">
          <caption>{table.caption}</caption>
          <thead>
            {table.head.map((row, index) => (
              <tr key={index}>
                {row.map((cell, place) => (
                  <CellView key={place} cell={{ ...cell, header: true }} scope="col" />
                ))}
              </tr>
            ))}
          </thead>
          <tbody>
            {table.body.map((row, index) => (
              <tr key={index}>
                {row.cells.map((cell, place) => (
                  <CellView key={place} cell={cell} scope="row" />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="note small">{table.note}</p>
    </>
  );
}

function CellView({ cell, scope }: { cell: DisplayCell; scope: 'col' | 'row' }) {
  const content = (
    <>
      {cell.bold ? <strong>{cell.text}</strong> : cell.text}
      {cell.below !== undefined && <span class="below">{cell.below}</span>}
    </>
  );
  return cell.header ? (
    <th scope={scope} colSpan={cell.span}>
      {content}
    </th>
  ) : (
    <td colSpan={cell.span}>{content}</td>
  );
}
