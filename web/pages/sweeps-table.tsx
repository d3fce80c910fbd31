import type { SweepItem } from '../../server/http/schemas/sweep.ts';
import type { Verdict } from '../../server/http/schemas/verdict.ts';
import { useInView } from '../data/use-in-view.ts';
import { useMark } from '../data/use-mark.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { formatCount } from '../format/number.ts';
import { Moment } from '../parts/facts.tsx';
import { CountsBar } from '../parts/progress.tsx';
import { StarButton } from '../parts/star-button.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { Tags } from '../parts/tags.tsx';
import { Link } from '../routing/link.tsx';
import { choose } from '../routing/location.ts';

interface SweepsTableProps {
  items: SweepItem[];
  order: { sort: string; order: string };
  selected: readonly string[];
  select: (ids: readonly string[]) => void;
}

/** One line a sweep. On a narrow page a line is folded: name and state, and below them the answer. */
export function SweepsTable({ items, order, selected, select }: SweepsTableProps) {
  const all = items.every(({ id }) => selected.includes(id));
  return (
    <table class="data sweeps" role="table">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader">
            <input
              type="checkbox"
              aria-label="Select all sweeps of this page"
              checked={all}
              onChange={() => select(all ? [] : items.map(({ id }) => id))}
            />
          </th>
          <SortHeader name="star" label="★" title="Star" first="desc" order={order} />
          <SortHeader name="name" label="Name" first="asc" order={order} />
          <th role="columnheader">Answer</th>
          <th role="columnheader">Complete</th>
          <SortHeader name="state" label="State" first="asc" order={order} />
          <SortHeader name="created" label="When" title="When it was stored" first="desc" order={order} />
        </tr>
      </thead>
      <tbody role="rowgroup">
        {items.map((sweep) => (
          <SweepLine
            key={sweep.id}
            sweep={sweep}
            selected={selected.includes(sweep.id)}
            toggle={() =>
              select(selected.includes(sweep.id) ? selected.filter((id) => id !== sweep.id) : [...selected, sweep.id])
            }
          />
        ))}
      </tbody>
    </table>
  );
}

interface SortHeaderProps {
  name: string;
  label: string;
  title?: string;
  /** The direction that a first click gives. */
  first: 'asc' | 'desc';
  order: { sort: string; order: string };
}

function SortHeader({ name, label, title, first, order }: SortHeaderProps) {
  const active = (order.sort || 'created') === name;
  const direction = order.order || 'desc';
  const turn = (): void => choose({ sort: name, order: active ? other(direction) : first, page: null });
  return (
    <th
      role="columnheader"
      class={`sweeps-${name}`}
      aria-sort={active ? (direction === 'asc' ? 'ascending' : 'descending') : 'none'}
    >
      <button type="button" class="sort" title={title} aria-label={title} onClick={turn}>
        {label}
        <span aria-hidden="true">{active ? (direction === 'asc' ? '\u00a0▲' : '\u00a0▼') : ''}</span>
      </button>
    </th>
  );
}

const other = (direction: string): string => (direction === 'asc' ? 'desc' : 'asc');

function SweepLine({ sweep, selected, toggle }: { sweep: SweepItem; selected: boolean; toggle: () => void }) {
  const own = useMark(`sweeps/${sweep.id}`, sweep.mark);
  const { ref, seen } = useInView<HTMLTableRowElement>();
  return (
    <tr ref={ref} role="row" class={selected ? 'selected' : ''}>
      <td role="cell" class="sweeps-select">
        <input type="checkbox" aria-label={`Select ${sweep.id}`} checked={selected} onChange={toggle} />
      </td>
      <td role="cell" class="sweeps-star">
        <StarButton own={own} what={`sweep ${sweep.id}`} />
      </td>
      <td role="cell" class="sweeps-name" title={sweep.description ?? ''}>
        <Link to={`sweeps/${sweep.id}`}>
          <bdi>{sweep.name}</bdi>
        </Link>{' '}
        <span class="small quiet">{sweep.id}</span>
        {sweep.archived && <span class="tag">archived</span>}
        <Tags tags={own.mark.tags} />
        {own.mark.note !== null && (
          <p class="small quiet note-line" title={own.mark.note} dir="auto">
            {own.mark.note}
          </p>
        )}
      </td>
      <td role="cell" class="sweeps-answer">
        {seen && <ShortAnswer sweep={sweep} />}
      </td>
      <td role="cell" class="sweeps-progress">
        <CountsBar counts={sweep.counts} />
        <span class="small numbers">
          {formatCount(sweep.counts.complete)} of {formatCount(sweep.arms * sweep.seeds)}
        </span>
      </td>
      <td role="cell" class="sweeps-state">
        <StateBadge state={sweep.cancelling ? 'cancelling' : sweep.state} words={sweep.standing} />
      </td>
      <td role="cell" class="sweeps-created small">
        <Moment at={sweep.createdAt} />
      </td>
    </tr>
  );
}

/** What a sweep that has ended answers, in a few words. */
function ShortAnswer({ sweep }: { sweep: SweepItem }) {
  const isAtWork = sweep.state === 'running' || sweep.state === 'queued';
  const isJudged = !isAtWork && !sweep.isConfirmation && sweep.counts.complete > 0;
  const answer = useResource<Verdict>(isJudged ? `sweeps/${sweep.id}/verdict` : null, aboutSweep(sweep.id));
  if (sweep.isConfirmation) return <span class="quiet">confirms an arm of another sweep</span>;
  return answer.value === null ? null : <>{answer.value.short}</>;
}
