import type { SweepItem, SweepList } from '../../server/http/schemas/sweep.ts';
import { useResource } from '../data/use-resource.ts';
import { atWorkWords } from '../series/at-work.ts';

/**
 * Which sweeps are trained before a queued sweep, or before a sweep that is started now (`null`). Shows nothing where
 * there is none.
 */
export function AtWork({ before }: { before: Pick<SweepItem, 'id' | 'queuedAt'> | null }) {
  const sweeps = useResource<SweepList>(
    'sweeps?size=100&archived=with',
    ({ kind }) => kind === 'hello' || kind === 'sweeps' || kind === 'sweep',
  );
  const words = atWorkWords(sweeps.value?.items ?? [], before);
  return words === null ? null : (
    <p class="banner" role="status">
      {words}
    </p>
  );
}
