import { useState } from 'preact/hooks';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { post } from '../data/api.ts';
import { Link } from '../routing/link.tsx';
import { navigate } from '../routing/location.ts';
import { DeleteSweeps } from './delete-sweeps.tsx';
import { PostButton } from './post-button.tsx';
import { focusOnce } from './focus.ts';

/** What can be done with a sweep itself, whatever page of it is shown. */
export function SweepMenu({ sweep }: { sweep: SweepDetail }) {
  const [open, setOpen] = useState<'rename' | 'delete' | null>(null);
  const close = (): void => setOpen(null);
  return (
    <div class="sweep-menu small">
      <button type="button" class="plain" onClick={() => setOpen('rename')}>
        Rename
      </button>
      <Link to={`new?from=${sweep.id}`}>Clone</Link>
      <PostButton path={`sweeps/${sweep.id}/archive`} body={{ archived: !sweep.archived }} kind="plain">
        {sweep.archived ? 'Unarchive' : 'Archive'}
      </PostButton>
      <button type="button" class="plain" onClick={() => setOpen('delete')}>
        Delete
      </button>
      {open === 'rename' && <RenameField sweep={sweep} close={close} />}
      {open === 'delete' && <DeleteSweeps sweeps={[sweep]} close={close} done={() => navigate('')} />}
    </div>
  );
}

function RenameField({ sweep, close }: { sweep: SweepDetail; close: () => void }) {
  const [name, setName] = useState(sweep.name);
  const [error, setError] = useState<string | null>(null);
  const save = (to: string | null): Promise<void> =>
    post(`sweeps/${sweep.id}/rename`, { name: to }).then(close, (problem: Error) => setError(problem.message));
  return (
    <form
      class="rename-field"
      onSubmit={(event) => {
        event.preventDefault();
        void save(name);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <input
        type="text"
        aria-label={`Name of ${sweep.id}`}
        maxLength={200}
        value={name}
        ref={focusOnce}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <button type="submit" class="primary">
        Save
      </button>
      <button type="button" onClick={() => void save(null)}>
        As in the definition
      </button>
      <button type="button" onClick={close}>
        Cancel
      </button>
      {error !== null && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}
