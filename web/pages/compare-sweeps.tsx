import { useState } from 'preact/hooks';
import type { SweepList } from '../../server/http/schemas/sweep.ts';
import { query } from '../data/api.ts';
import { useResource } from '../data/use-resource.ts';
import { Field } from '../parts/field.tsx';
import { Link } from '../routing/link.tsx';

/** As many as the server compares. */
const mostSweeps = 20;

/** Which sweeps are compared, in the order of their columns; others are added by id or name. */
export function ChosenSweeps({ ids, onChange }: { ids: readonly string[]; onChange: (ids: string[]) => void }) {
  const known = useResource<SweepList>(
    `sweeps${query({ size: 500, archived: 'with' })}`,
    ({ kind }) => kind === 'sweeps',
  );
  const items = known.value?.items ?? [];
  const nameOf = (id: string) => items.find((item) => item.id === id)?.name ?? '';
  return (
    <div class="compared">
      <ul class="compared-list" aria-label="Compared sweeps">
        {ids.map((id) => (
          <li key={id} class="chip">
            <Link to={`sweeps/${id}`}>
              {id} <bdi>{nameOf(id)}</bdi>
            </Link>
            <button
              type="button"
              class="chip-remove"
              aria-label={`Leave out ${id}`}
              onClick={() => onChange(ids.filter((other) => other !== id))}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      {ids.length < mostSweeps && (
        <AddSweep items={items.filter(({ id }) => !ids.includes(id))} add={(id) => onChange([...ids, id])} />
      )}
      {ids.length < 2 && (
        <p role="status">Two sweeps or more are compared: add {ids.length === 0 ? 'them' : 'another'}.</p>
      )}
    </div>
  );
}

interface AddSweepProps {
  items: SweepList['items'];
  add: (id: string) => void;
}

function AddSweep({ items, add }: AddSweepProps) {
  const [written, setWritten] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (): void => {
    const wanted = written.trim();
    const found = items.filter(({ id, name }) => id === wanted || name === wanted || `${id} ${name}` === wanted);
    if (found.length !== 1)
      return setProblem(
        found.length === 0
          ? `There is no sweep ${wanted} to add`
          : `Several sweeps are called ${wanted}: name one by its id`,
      );
    setProblem(null);
    setWritten('');
    add(found[0]!.id);
  };
  return (
    <form
      class="tag-field"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field label="Add a sweep">
        <input
          type="text"
          list="sweeps-to-add"
          placeholder="id or name"
          value={written}
          onInput={(event) => setWritten(event.currentTarget.value)}
        />
      </Field>
      <datalist id="sweeps-to-add">
        {items.map(({ id, name }) => (
          <option key={id} value={`${id} ${name}`} />
        ))}
      </datalist>
      <button type="submit" disabled={written.trim() === ''}>
        Add
      </button>
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
