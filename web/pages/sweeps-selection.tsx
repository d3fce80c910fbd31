import { useState } from 'preact/hooks';
import type { Mark } from '../../server/http/schemas/mark.ts';
import type { SweepItem } from '../../server/http/schemas/sweep.ts';
import { post, query } from '../data/api.ts';
import { formatAmount } from '../format/number.ts';
import { DeleteSweeps } from '../parts/delete-sweeps.tsx';
import { Link } from '../routing/link.tsx';

/** What can be done with the sweeps that are selected. */
export function SelectionBar({ chosen, clear }: { chosen: SweepItem[]; clear: () => void }) {
  const [asking, setAsking] = useState(false);
  const [tag, setTag] = useState('');
  const [error, setError] = useState<string | null>(null);
  if (chosen.length === 0)
    return <p class="small quiet">Select sweeps to compare, tag, archive, clone or delete them.</p>;

  const each = async (path: string, body: object, done: () => void): Promise<void> => {
    setError(null);
    try {
      for (const { id } of chosen) await post<Mark>(`sweeps/${id}/${path}`, body);
      done();
    } catch (problem) {
      setError((problem as Error).message);
    }
  };
  const areArchived = chosen.every(({ archived }) => archived);
  return (
    <div class="selection" role="region" aria-label="Selected sweeps">
      <strong>{formatAmount(chosen.length, 'sweep')} selected</strong>
      <form
        class="tag-field"
        onSubmit={(event) => {
          event.preventDefault();
          void each('mark', { add: [tag] }, () => setTag(''));
        }}
      >
        <input
          type="text"
          aria-label="Tag for the selected sweeps"
          placeholder="a tag"
          maxLength={64}
          value={tag}
          onInput={(event) => setTag(event.currentTarget.value)}
        />
        <button type="submit" disabled={tag.trim() === ''}>
          Tag
        </button>
      </form>
      <button type="button" onClick={() => void each('archive', { archived: !areArchived }, clear)}>
        {areArchived ? 'Unarchive' : 'Archive'}
      </button>
      {chosen.length > 1 && (
        <Link to={`compare${query({ sweeps: chosen.map(({ id }) => id).join(',') })}`} class="button">
          Compare
        </Link>
      )}
      {chosen.length === 1 && (
        <Link to={`new?from=${chosen[0]!.id}`} class="button">
          Clone
        </Link>
      )}
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        Delete …
      </button>
      <button type="button" class="plain" onClick={clear}>
        Select none
      </button>
      {error !== null && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
      {asking && <DeleteSweeps sweeps={chosen} close={() => setAsking(false)} done={clear} />}
    </div>
  );
}
