import type { ComparisonResponse } from '../../server/http/schemas/comparison.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { query } from '../data/api.ts';
import { useResource } from '../data/use-resource.ts';
import { learnMetrics } from '../format/metric.ts';
import { parameterLabel } from '../format/parameter.ts';
import { AtSelect } from '../parts/at-select.tsx';
import { Field, Select } from '../parts/field.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { MetricSelect } from '../parts/metric-select.tsx';
import { useChoice } from '../routing/location.ts';
import { CompareForests } from './compare-forests.tsx';
import { ChosenSweeps } from './compare-sweeps.tsx';
import { TableExports } from './table-exports.tsx';
import { runsOfArms, TableView } from './table-view.tsx';

/** One table over several sweeps, and what each of them answers. */
export function ComparePage() {
  const [written, setWritten] = useChoice('sweeps', '');
  const ids = [...new Set(written.split(',').filter((id) => /^s[1-9]\d*$/.test(id)))];
  return (
    <>
      <header class="page-head">
        <h1>Compare sweeps</h1>
      </header>
      <ChosenSweeps ids={ids} onChange={(next) => setWritten(next.join(','))} />
      {ids.length >= 2 && <Comparison ids={ids} />}
    </>
  );
}

const CORRECTIONS = [
  { value: 'maxT', label: 'max-T, times sweeps' },
  { value: 'holm', label: 'Holm, times sweeps' },
  { value: 'none', label: 'none (each difference by itself)' },
];

function Comparison({ ids }: { ids: readonly string[] }) {
  const [metric, setMetric] = useChoice('metric', '');
  const [at, setAt] = useChoice('at', 'last');
  const [rows, setRows] = useChoice('rows', 'arm');
  const [cols, setCols] = useChoice('cols', 'sweep');
  const [correction, setCorrection] = useChoice('correction', 'maxT');
  const [text, setText] = useChoice('text', '');
  const path = `comparison${query({ sweeps: ids.join(','), metric, at, rows, cols, correction })}`;
  const comparison = useResource<ComparisonResponse>(
    `${path}&format=page`,
    ({ kind, sweep }) => kind === 'hello' || (sweep !== undefined && ids.includes(sweep)),
  );
  // Which metrics there are does not depend on whether the sweeps can be compared by this one.
  const first = useResource<SweepDetail>(`sweeps/${ids[0]}`).value;
  if (first !== null) learnMetrics(first.metricList);
  const data = comparison.value?.data;
  const lines = [...new Set([...(data?.varying ?? []), ...(rows === 'arm' ? [] : [rows])])];
  const names = [...new Set([...(data?.differing ?? []).map(({ name }) => name), ...(cols === 'sweep' ? [] : [cols])])];
  return (
    <>
      <div class="controls">
        <Select
          label="Rows"
          value={rows}
          onChange={setRows}
          options={[{ value: 'arm', label: 'arms' }, ...lines.map(toOption)]}
        />
        <Select
          label="Columns called by"
          value={cols}
          onChange={setCols}
          options={[{ value: 'sweep', label: 'the name of the sweep' }, ...names.map(toOption)]}
        />
        <MetricSelect
          metrics={first?.metrics ?? []}
          value={metric || (data?.metric ?? first?.metric.name ?? '')}
          onChange={setMetric}
        />
        <Select label="Correction of p" value={correction} onChange={setCorrection} options={CORRECTIONS} />
        <AtSelect value={at} onChange={setAt} />
        <Field label="Rows with the text">
          <input
            type="search"
            value={text}
            placeholder="such as 0.1"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </Field>
      </div>
      <Loaded resource={comparison} what="the comparison">
        {({ data: { sweeps }, table }) => (
          <section class="card" aria-label="Table over the sweeps">
            {/* The first column has the labels. */}
            <TableView table={table} runsOf={(arms, column) => runsOfArms(sweeps[column - 1]!.id, arms)} text={text} />
            <TableExports path={path} name={`${ids.join('-')}-comparison`} />
          </section>
        )}
      </Loaded>
      {data !== undefined && <CompareForests sweeps={data.sweeps} metric={data.metric} at={at} />}
    </>
  );
}

function toOption(name: string): { value: string; label: string } {
  return { value: name, label: parameterLabel(name.replace(/\.name$/, '')) };
}
