import type { RunList, RunRow } from '../../server/http/schemas/run.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { useState } from 'preact/hooks';
import { ApiError, query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { FilterLine, useRunFilter } from '../parts/filter-line.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Message } from '../parts/message.tsx';
import { MetricSelect } from '../parts/metric-select.tsx';
import { Pager } from '../parts/pager.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { SweepFrame } from '../parts/sweep-frame.tsx';
import { Link } from '../routing/link.tsx';
import { choose, useLocation } from '../routing/location.ts';
import { RunsFailures } from './runs-failures.tsx';
import { RunsSelection } from './runs-selection.tsx';
import { defaultColumns, isSortable, runColumns, type RunColumn } from './runs-columns.ts';

export function RunsPage({ id }: { id: string }) {
  return (
    <SweepFrame id={id} page="runs">
      {(sweep) => <RunsOf sweep={sweep} />}
    </SweepFrame>
  );
}

const PAGE_SIZE = 100;

function RunsOf({ sweep }: { sweep: SweepDetail }) {
  const { query: chosen } = useLocation();
  const of = (name: string): string => chosen.get(name) ?? '';
  const filter = useRunFilter();
  const metric = of('metric') || sweep.metric.name;
  // Without a choice the order is that of training.
  const sort = of('sort');
  const order = of('order') || 'asc';
  const all = runColumns(sweep);
  const shownKeys = of('columns') === '' ? defaultColumns(sweep, metric) : of('columns').split(',');
  const shown = shownKeys.flatMap((key) => all.find((column) => column.key === key) ?? []);
  // Only metrics that are shown are sent; where none is, a column that is none says so.
  const metricColumns = shown.map(({ key }) => key).filter((key) => key.includes(':'));
  const columns = metricColumns.join(',') || 'id';
  const page = of('page') || 1;
  const runs = useResource<RunList>(
    `sweeps/${sweep.id}/runs${query({ sort, order, filter, columns, page, size: PAGE_SIZE })}`,
    aboutSweep(sweep.id),
  );
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const tick = (ids: readonly string[], on: boolean): void =>
    setTicked((before) => new Set(on ? [...before, ...ids] : [...before].filter((id) => !ids.includes(id))));
  const sortBy = (key: string): void =>
    choose({ sort: key, order: sort === key && order === 'asc' ? 'desc' : 'asc', page: null });
  // A mistake in the filter is said beside it; the runs of the filter before stay.
  const isFilterWrong = runs.error instanceof ApiError && runs.error.status === 400 && filter !== '';

  return (
    <>
      <RunsFailures sweep={sweep} />
      <FilterLine sweep={sweep} problem={isFilterWrong ? runs.error!.message : null} />
      <div class="controls">
        <MetricSelect
          metrics={sweep.metrics}
          value={metric}
          onChange={(value) => choose({ metric: value === sweep.metric.name ? null : value, columns: null })}
        />
      </div>
      <ColumnChooser all={all} shown={shown.map(({ key }) => key)} />
      {isFilterWrong && runs.value === null ? null : (
        <Loaded resource={isFilterWrong ? { ...runs, error: null } : runs} what="the runs">
          {(list) =>
            list.total === 0 ? (
              <Message kind="empty" title={filter === '' ? 'No runs yet' : 'No run passes this filter'} />
            ) : (
              <>
                {ticked.size > 0 && (
                  <RunsSelection
                    sweep={sweep}
                    runs={list.items.filter(({ id }) => ticked.has(id))}
                    onClear={() => setTicked(new Set())}
                  />
                )}
                <RunsTable list={list} columns={shown} {...{ sort, order, sortBy, ticked, tick }} />
                <Pager
                  page={list.page}
                  size={list.size}
                  total={list.total}
                  onPage={(next) => choose({ page: String(next) })}
                />
              </>
            )
          }
        </Loaded>
      )}
    </>
  );
}

interface RunsTableProps {
  list: RunList;
  columns: RunColumn[];
  sort: string;
  order: string;
  sortBy: (key: string) => void;
  ticked: ReadonlySet<string>;
  tick: (ids: readonly string[], on: boolean) => void;
}

function RunsTable({ list, columns, sort, order, sortBy, ticked, tick }: RunsTableProps) {
  const ids = list.items.map(({ id }) => id);
  return (
    <div class="scroll runs-scroll" tabIndex={0} role="region" aria-label="Runs">
      <table class="data runs">
        <thead>
          <tr>
            <th>
              <input
                type="checkbox"
                aria-label="Choose all runs of this page"
                checked={ids.every((id) => ticked.has(id))}
                onChange={(event) => tick(ids, event.currentTarget.checked)}
              />
            </th>
            <SortHeader column={idColumn} sort={sort} order={order} onSort={sortBy} />
            {columns.map((column) => (
              <SortHeader key={column.key} column={column} sort={sort} order={order} onSort={sortBy} />
            ))}
          </tr>
        </thead>
        <tbody>
          {list.items.map((row) => (
            <RunLine
              key={row.id}
              row={row}
              columns={columns}
              ticked={ticked.has(row.id)}
              onTick={(on) => tick([row.id], on)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const idColumn: RunColumn = { key: 'id', label: 'Run', title: 'Run', number: false, text: ({ id }) => id };

function ColumnChooser({ all, shown }: { all: RunColumn[]; shown: string[] }) {
  const toggle = (key: string): void => {
    const next = shown.includes(key) ? shown.filter((other) => other !== key) : [...shown, key];
    choose({ columns: next.join(',') });
  };
  return (
    <details class="columns-chooser">
      <summary>
        Columns ({shown.length} of {all.length})
      </summary>
      <fieldset>
        <legend class="visually-hidden">Columns to show</legend>
        {all.map(({ key, label, title }) => (
          <label key={key} class="check" title={title}>
            <input type="checkbox" checked={shown.includes(key)} onChange={() => toggle(key)} /> {label}
          </label>
        ))}
        <button type="button" class="plain" onClick={() => choose({ columns: null })}>
          Back to the usual columns
        </button>
      </fieldset>
    </details>
  );
}

interface SortHeaderProps {
  column: RunColumn;
  sort: string;
  order: string;
  onSort: (key: string) => void;
}

function SortHeader({ column, sort, order, onSort }: SortHeaderProps) {
  const active = sort === column.key;
  if (!isSortable(column.key)) return <th title={column.title}>{column.label}</th>;
  return (
    <th
      class={column.number ? 'number' : ''}
      title={column.title}
      aria-sort={active ? (order === 'asc' ? 'ascending' : 'descending') : 'none'}
    >
      <button type="button" class="sort" onClick={() => onSort(column.key)}>
        {column.label}
        <span aria-hidden="true">{active ? (order === 'asc' ? ' ▲' : ' ▼') : ''}</span>
      </button>
    </th>
  );
}

interface RunLineProps {
  row: RunRow;
  columns: RunColumn[];
  ticked: boolean;
  onTick: (on: boolean) => void;
}

function RunLine({ row, columns, ticked, onTick }: RunLineProps) {
  return (
    <tr class={ticked ? 'ticked' : ''}>
      <td>
        <input
          type="checkbox"
          aria-label={`Choose ${row.id}`}
          checked={ticked}
          onChange={(event) => onTick(event.currentTarget.checked)}
        />
      </td>
      <td>
        <Link to={`runs/${row.id}`}>{row.id}</Link>
      </td>
      {columns.map((column) => (
        <td key={column.key} class={column.number ? 'number' : column.key === 'error' ? 'reason' : ''}>
          {column.key === 'state' ? <StateBadge state={row.state} /> : column.text(row)}
          {column.key === 'arm' && row.control && <span class="tag">control</span>}
        </td>
      ))}
    </tr>
  );
}
