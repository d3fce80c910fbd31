import type { Losses, Removed } from '../../server/http/schemas/mark.ts';
import { post } from '../data/api.ts';
import { useResource } from '../data/use-resource.ts';
import { formatAmount } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { Ask } from './ask.tsx';

interface DeleteSweepsProps {
  sweeps: { id: string; name: string }[];
  close: () => void;
  /** Called where all are gone. */
  done: () => void;
}

/** Asks whether sweeps are to be deleted, and says what goes with each. */
export function DeleteSweeps({ sweeps, close, done }: DeleteSweepsProps) {
  const remove = async (): Promise<void> => {
    for (const { id } of sweeps) await post<Removed>(`sweeps/${id}/delete`, {});
    done();
  };
  return (
    <Ask
      question={sweeps.length === 1 ? 'Delete this sweep?' : `Delete these ${sweeps.length} sweeps?`}
      yes="Delete"
      act={remove}
      close={close}
    >
      <ul>
        {sweeps.map(({ id, name }) => (
          <li key={id}>
            <bdi>{name}</bdi> ({id})
            <LossesOf id={id} />
          </li>
        ))}
      </ul>
      <p>There is no way back. To have them out of sight, archive them.</p>
    </Ask>
  );
}

function LossesOf({ id }: { id: string }) {
  const { value, error } = useResource<Losses>(`sweeps/${id}/losses`);
  if (error !== null) return <span class="problem">{error.message}</span>;
  if (value === null) return <>…</>;
  const { runs, complete, shared, seconds } = value;
  if (runs === 0) return <>, whose {formatAmount(shared, 'run')} stay: other sweeps have them</>;
  return (
    <>
      {' '}
      with {formatAmount(runs, 'run')}, {complete} of them complete, their curves and weights
      {seconds > 0 && <>: {formatDuration(seconds)} of training</>}
      {shared > 0 && <>; {formatAmount(shared, 'run')} of other sweeps stay</>}
    </>
  );
}
