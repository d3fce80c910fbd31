import { useState } from 'preact/hooks';
import type { WorkerList } from '../../server/http/schemas/log.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { LogView } from '../parts/log-view.tsx';

/** The log of each worker: what it took on, and what it wrote outside of stages. */
export function StagesWorkers({ sweep }: { sweep: SweepDetail }) {
  const { value } = useResource<WorkerList>('workers', aboutSweep(sweep.id));
  if (value === null || value.workers.length === 0) return null;
  return (
    <section class="card">
      <h2>Workers</h2>
      {value.workers.map((worker) => (
        <Worker key={worker.worker} {...worker} />
      ))}
    </section>
  );
}

function Worker({ worker, bytes, writing }: WorkerList['workers'][number]) {
  const [open, setOpen] = useState(false);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Worker {worker + 1}
        {writing && ', at work'}
      </summary>
      {open && (
        <LogView path={`workers/${worker}/log`} bytes={bytes} writing={writing} fileName={`worker-${worker}.log`} />
      )}
    </details>
  );
}
