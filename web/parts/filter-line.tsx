import { useEffect, useId, useState } from 'preact/hooks';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { choose, useLocation } from '../routing/location.ts';
import { completions, filterOf, filterWords, NO_SHORT_CHOICES } from '../series/filter-words.ts';

interface FilterLineProps {
  sweep: Pick<SweepDetail, 'armList' | 'metrics'>;
  /** What the server says of the filter that is shown: a mistake with its place. */
  problem: string | null;
}

/** The filter of the runs that all pages of a sweep share; it stands in the address. */
export function useRunFilter(): string {
  return filterOf(useLocation().query);
}

/**
 * One line in the grammar of constraints, with the words of the sweep to choose from. It is applied by Enter or by
 * leaving it: a filter that is half written would be a mistake at every letter.
 */
export function FilterLine({ sweep, problem }: FilterLineProps) {
  const applied = useRunFilter();
  const [text, setText] = useState(applied);
  useEffect(() => setText(applied), [applied]);
  const id = useId();
  const apply = (filter: string): void => choose({ ...NO_SHORT_CHOICES, filter: filter.trim() || null });
  return (
    <form
      class="filter-line"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        apply(text);
      }}
    >
      <label class="field" for={id}>
        <span class="field-label">Filter of runs</span>
        <input
          id={id}
          type="search"
          list={`${id}-words`}
          spellcheck={false}
          autocomplete="off"
          placeholder='beta >= 0.3 and last(val/accuracy) > 0.97 and tag = "x"'
          value={text}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : `${id}-problem`}
          onInput={(event) => setText(event.currentTarget.value)}
          onChange={(event) => apply(event.currentTarget.value)}
        />
      </label>
      <datalist id={`${id}-words`}>
        {completions(text, filterWords(sweep))
          .slice(0, 40)
          .map((option) => (
            <option key={option} value={option} />
          ))}
      </datalist>
      {applied !== '' && (
        <button type="button" onClick={() => apply('')}>
          Clear the filter
        </button>
      )}
      {problem !== null && (
        <p class="problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
