import type { RunList, RunRow } from '../../server/http/schemas/run.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import type { RunState } from '../../server/sweep/results.ts';
import { query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { Field, Select } from '../parts/field.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Message } from '../parts/message.tsx';
import { Pager } from '../parts/pager.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { SweepFrame } from '../parts/sweep-frame.tsx';
import { Link } from '../routing/link.tsx';
import { choose, useChoice, useLocation } from '../routing/location.ts';
import { defaultColumns, isSortable, metricsOf, runColumns, type RunColumn } from './runs-columns.ts';

export function RunsPage({ id }: { id: string }) {
  return (
    <SweepFrame id={id} page="runs">
      {(sweep) => <RunsOf sweep={sweep} />}
    </SweepFrame>
  );
}

const STATES: RunState[] = ['waiting', 'running', 'complete', 'failed', 'diverged', 'cancelled'];
const PAGE_SIZE = 100;

function RunsOf({ sweep }: { sweep: SweepDetail }) {
  const { query: chosen } = useLocation();
  const of = (name: string): string => chosen.get(name) ?? '';
  const filters = { state: of('state'), arm: of('arm'), seed: of('seed'), q: of('q') };
  // Without a choice the order is that of training.
  const sort = of('sort');
  const order = of('order') || 'asc';
  const all = runColumns(sweep);
  const shownKeys = of('columns') === '' ? defaultColumns(sweep) : of('columns').split(',');
  const shown = all.filter(({ key }) => shownKeys.includes(key));
  const metric = metricsOf(shown).join();
  const runs = useResource<RunList>(
    `sweeps/${sweep.id}/runs${query({ sort, order, ...filters, metric, page: of('page') || 1, size: PAGE_SIZE })}`,
    aboutSweep(sweep.id),
  );
  const filtered = Object.values(filters).some((value) => value !== '');

  const sortBy = (key: string): void =>
    choose({ sort: key, order: sort === key && order === 'asc' ? 'desc' : 'asc', page: null });

  return (
    <>
      <Filters sweep={sweep} />
      <ColumnChooser all={all} shown={shown.map(({ key }) => key)} />
      <Loaded resource={runs} what="the runs">
        {(list) =>
          list.total === 0 ? (
            <Message kind="empty" title={filtered ? 'No run fits these filters' : 'No runs yet'}>
              {filtered && (
                <p>
                  <button type="button" onClick={clearFilters}>
                    Clear the filters
                  </button>
                </p>
              )}
            </Message>
          ) : (
            <>
              <div class="scroll" tabIndex={0} role="region" aria-label="Runs">
                <table class="data runs">
                  <thead>
                    <tr>
                      <SortHeader column={idColumn} sort={sort} order={order} onSort={sortBy} />
                      {shown.map((column) => (
                        <SortHeader key={column.key} column={column} sort={sort} order={order} onSort={sortBy} />
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {list.items.map((row) => (
                      <RunLine key={row.id} row={row} columns={shown} />
                    ))}
                  </tbody>
                </table>
              </div>
              <Pager
                page={list.page}
                size={list.size}
                total={list.total}
                onPage={(page) => choose({ page: String(page) })}
              />
            </>
          )
        }
      </Loaded>
    </>
  );
}

const idColumn: RunColumn = { key: 'id', label: 'Run', title: 'Run', number: false, text: ({ id }) => id };

function clearFilters(): void {
  choose({ state: null, arm: null, seed: null, q: null, page: null });
}

function Filters({ sweep }: { sweep: SweepDetail }) {
  const [state] = useChoice('state', '');
  const [seed] = useChoice('seed', '');
  const [arm] = useChoice('arm', '');
  const [text] = useChoice('q', '');
  const set =
    (name: string) =>
    (value: string): void =>
      choose({ [name]: value === '' ? null : value, page: null });
  const any = { value: '', label: 'any' };
  return (
    <div class="controls">
      <Field label="Arm's name contains">
        <input type="search" value={text} onInput={(event) => set('q')(event.currentTarget.value)} />
      </Field>
      <Select
        label="Arm"
        value={arm}
        onChange={set('arm')}
        options={[any, ...sweep.armList.map(({ index, name }) => ({ value: String(index), label: name }))]}
      />
      <Select
        label="Seed"
        value={seed}
        onChange={set('seed')}
        options={[any, ...sweep.seedList.map((value) => ({ value: String(value), label: String(value) }))]}
      />
      <Select
        label="State"
        value={state}
        onChange={set('state')}
        options={[any, ...STATES.map((value) => ({ value, label: value }))]}
      />
    </div>
  );
}

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

function RunLine({ row, columns }: { row: RunRow; columns: RunColumn[] }) {
  return (
    <tr>
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
