import { useState } from 'preact/hooks';
import type { SweepItem, SweepList } from '../../server/http/schemas/sweep.ts';
import type { TagList } from '../../server/http/schemas/mark.ts';
import { query } from '../data/api.ts';
import { useResource } from '../data/use-resource.ts';
import { Field, Select } from '../parts/field.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Message } from '../parts/message.tsx';
import { Pager } from '../parts/pager.tsx';
import { Link } from '../routing/link.tsx';
import { choose, useLocation } from '../routing/location.ts';
import { SelectionBar } from './sweeps-selection.tsx';
import { SweepsTable } from './sweeps-table.tsx';

const PAGE_SIZE = 100;

export function SweepsPage() {
  const { query: chosen } = useLocation();
  const of = (name: string): string => chosen.get(name) ?? '';
  const filters = { q: of('q'), tag: of('tag'), star: of('star'), archived: of('archived') };
  const order = { sort: of('sort'), order: of('order') };
  const sweeps = useResource<SweepList>(
    `sweeps${query({ ...filters, ...order, page: of('page') || 1, size: PAGE_SIZE })}`,
    ({ kind }) => kind === 'hello' || kind === 'sweeps' || kind === 'sweep',
  );
  const isFiltered = Object.values(filters).some((value) => value !== '');
  return (
    <>
      <header class="page-head page-head-row">
        <h1>Sweeps</h1>
        <Link to="new" class="button primary">
          New sweep
        </Link>
      </header>
      <Filters filters={filters} />
      <Loaded resource={sweeps} what="the sweeps">
        {(list) => (list.total > 0 ? <List list={list} order={order} /> : isFiltered ? <NoneFits /> : <NoSweeps />)}
      </Loaded>
    </>
  );
}

interface FiltersProps {
  filters: Record<'q' | 'tag' | 'star' | 'archived', string>;
}

function Filters({ filters }: FiltersProps) {
  const { value } = useResource<TagList>('tags', ({ kind }) => kind === 'hello' || kind === 'sweep');
  const set =
    (name: keyof FiltersProps['filters']) =>
    (next: string): void =>
      choose({ [name]: next === '' ? null : next, page: null });
  const any = { value: '', label: 'any' };
  const tags = [...new Set([...(value?.tags ?? []), ...(filters.tag === '' ? [] : [filters.tag])])];
  return (
    <div class="controls" role="search">
      <Field label="Name, tag or note contains">
        <input type="search" value={filters.q} onInput={(event) => set('q')(event.currentTarget.value)} />
      </Field>
      <Select
        label="Tag"
        value={filters.tag}
        onChange={set('tag')}
        options={[any, ...tags.map((tag) => ({ value: tag, label: tag }))]}
      />
      <Select
        label="Star"
        value={filters.star}
        onChange={set('star')}
        options={[any, { value: 'true', label: 'starred' }, { value: 'false', label: 'not starred' }]}
      />
      <Select
        label="Archived"
        value={filters.archived}
        onChange={set('archived')}
        options={[
          { value: '', label: 'left out' },
          { value: 'with', label: 'listed too' },
          { value: 'only', label: 'alone' },
        ]}
      />
    </div>
  );
}

function List({ list, order }: { list: SweepList; order: { sort: string; order: string } }) {
  const [selected, setSelected] = useState<readonly string[]>([]);
  // What has left the page is not acted upon.
  const chosen: SweepItem[] = list.items.filter(({ id }) => selected.includes(id));
  return (
    <>
      <SelectionBar chosen={chosen} clear={() => setSelected([])} />
      <SweepsTable items={list.items} order={order} selected={selected} select={setSelected} />
      <Pager
        page={list.page}
        size={list.size}
        total={list.total}
        onPage={(page) => choose({ page: page === 1 ? null : String(page) })}
      />
    </>
  );
}

function NoneFits() {
  const clear = (): void => choose({ q: null, tag: null, star: null, archived: null, page: null });
  return (
    <Message kind="empty" title="No sweep fits these filters">
      <p>
        <button type="button" onClick={clear}>
          Clear the filters
        </button>
      </p>
    </Message>
  );
}

function NoSweeps() {
  return (
    <Message kind="empty" title="No sweeps yet">
      <p>Start one from a terminal; it appears here while it trains:</p>
      <pre>
        <code>npx cosweep run sweeps/demo.json</code>
      </pre>
      <p>
        or <Link to="new">paste a definition</Link>.
      </p>
    </Message>
  );
}
