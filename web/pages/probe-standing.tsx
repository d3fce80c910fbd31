import { useMemo } from 'preact/hooks';
import type { StageList, StageRow } from '../../server/http/schemas/stage.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { formatAmount, formatCount } from '../format/number.ts';
import { AtWork } from '../parts/at-work.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { PostButton } from '../parts/post-button.tsx';
import { ProgressBar } from '../parts/progress.tsx';
import { Link } from '../routing/link.tsx';
import { areTrunksTrained, countTrunkBatches } from '../series/probe-standing.ts';

interface StandingProps {
  sweep: SweepDetail;
  stages: StageRow[];
}

/** Where a probe stands, and the way on from it; nothing for a sweep that is trained as a whole. */
export function ProbeStanding({ sweep }: { sweep: SweepDetail }) {
  const shown = sweep.probeSeeds !== null && sweep.state !== 'complete';
  const answer = useResource<StageList>(shown ? `sweeps/${sweep.id}/stages` : null, aboutSweep(sweep.id));
  if (!shown) return null;
  return (
    <section class="card probe-standing">
      {sweep.state === 'queued' ? (
        <Queued sweep={sweep} />
      ) : (
        <Loaded resource={answer} what="the trunks">
          {({ stages }) =>
            sweep.state === 'running' ? (
              <Running sweep={sweep} stages={stages} />
            ) : (
              <Ended sweep={sweep} stages={stages} />
            )
          }
        </Loaded>
      )}
    </section>
  );
}

function Queued({ sweep }: { sweep: SweepDetail }) {
  return (
    <>
      <h2>Waiting to train the trunks of {seedsOf(sweep)}</h2>
      <AtWork before={sweep} />
      <p class="small quiet">This page fills as the trunks are trained.</p>
    </>
  );
}

function Running({ sweep, stages }: StandingProps) {
  const { trained, batches } = useMemo(() => countTrunkBatches(stages, sweep), [stages, sweep]);
  return (
    <>
      <h2>Training the trunks of {seedsOf(sweep)}</h2>
      <ProgressBar done={trained} total={batches} label="Batches of the trunks trained" />
      <p class="small quiet numbers">
        {formatCount(trained)} of {formatCount(batches)} batches; this page fills as the trunks come to their ends.{' '}
        <Link to={`sweeps/${sweep.id}/stages`}>What runs where</Link>
      </p>
    </>
  );
}

function Ended({ sweep, stages }: StandingProps) {
  return (
    <>
      <h2>
        {areTrunksTrained(stages, sweep)
          ? `The trunks of ${seedsOf(sweep)} are trained`
          : 'The probe was stopped before its trunks were trained'}
      </h2>
      {sweep.error !== null && (
        <p class="banner banner-bad reason" role="alert">
          {sweep.error}
        </p>
      )}
      <p>The whole sweep goes on from the trained trunks; no batch is trained twice.</p>
      <div class="actions">
        <PostButton path={`sweeps/${sweep.id}/resume`}>Train the whole sweep</PostButton>
      </div>
    </>
  );
}

/** A sweep may have fewer seeds than a probe looks at. */
function seedsOf({ probeSeeds, seeds }: SweepDetail): string {
  return formatAmount(Math.min(probeSeeds!, seeds), 'seed');
}
