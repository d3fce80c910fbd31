import { useMemo } from 'preact/hooks';
import type { ProbeResponse, StageList, SweepDetail } from '../../server/http/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { formatAmount, formatCount } from '../format/number.ts';
import { AtWork } from '../parts/at-work.tsx';
import { PostButton } from '../parts/post-button.tsx';
import { ProgressBar } from '../parts/progress.tsx';
import { Link } from '../routing/link.tsx';
import { areTrunksTrained, countTrunkBatches } from '../series/probe-standing.ts';

/** Where a probe stands, and the way on from it; nothing for a sweep that is trained as a whole. */
export function ProbeStanding({ sweep, report }: { sweep: SweepDetail; report: ProbeResponse }) {
  if (sweep.probeSeeds === null || sweep.state === 'complete') return null;
  const seeds = formatAmount(Math.min(sweep.probeSeeds, sweep.seeds), 'seed');
  if (sweep.state === 'queued') {
    return (
      <section class="card probe-standing">
        <h2>Waiting to train the trunks of {seeds}</h2>
        <AtWork before={sweep.id} />
        <p class="quiet">This page fills as they are trained.</p>
      </section>
    );
  }
  if (sweep.state === 'running') {
    return (
      <section class="card probe-standing">
        <h2>Training the trunks of {seeds}</h2>
        <TrunkProgress sweep={sweep} />
        <p class="small quiet">This page fills as they come to their ends; <Link to={`sweeps/${sweep.id}/stages`}>what runs where</Link>.</p>
      </section>
    );
  }
  const trained = areTrunksTrained(report, sweep);
  return (
    <section class="card probe-standing">
      <h2>{trained ? `The trunks of ${seeds} are trained` : 'The probe ended before its trunks did'}</h2>
      {sweep.error !== null && <p class="banner banner-bad reason" role="alert">{sweep.error}</p>}
      <p>The whole sweep goes on from what is trained; nothing of it is trained twice.</p>
      <div class="actions"><PostButton path={`sweeps/${sweep.id}/resume`}>Train the whole sweep</PostButton></div>
    </section>
  );
}

function TrunkProgress({ sweep }: { sweep: SweepDetail }) {
  const answer = useResource<StageList>(`sweeps/${sweep.id}/stages`, aboutSweep(sweep.id));
  const { trained, batches } = useMemo(() => countTrunkBatches(answer.value?.stages ?? [], sweep), [answer.value, sweep]);
  return (
    <>
      <ProgressBar done={trained} total={batches} label="Batches of the trunks trained" />
      <p class="small quiet numbers">{formatCount(trained)} of {formatCount(batches)} batches</p>
    </>
  );
}
