import { useMemo } from 'preact/hooks';
import type { PairCurves } from '../../server/http/schemas/pairs.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { Select } from '../parts/field.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Message } from '../parts/message.tsx';
import { MetricSelect } from '../parts/metric-select.tsx';
import { SweepFrame } from '../parts/sweep-frame.tsx';
import { Link } from '../routing/link.tsx';
import { useChoice } from '../routing/location.ts';
import { BandsSection } from './compare-bands.tsx';
import { PairsSection } from './compare-pairs.tsx';
import { PictureSection } from './compare-picture.tsx';
import { ConfirmForm } from './confirm-form.tsx';

export function ComparePage({ id }: { id: string }) {
  return (
    <SweepFrame id={id} page="compare">
      {(sweep) => <Compare sweep={sweep} />}
    </SweepFrame>
  );
}

/** The answer first, then what it rests on: every arm's mean and band, every pair. */
function Compare({ sweep }: { sweep: SweepDetail }) {
  const [metric, setMetric] = useChoice('metric', sweep.metric.name);
  // Chosen beside the pairs, since the picture and the bands show every evaluation.
  const [at] = useChoice('at', 'last');
  const [axis, setAxis] = useChoice('axis', 'late');
  const pairs = useResource<PairCurves>(`sweeps/${sweep.id}/pairs${query({ metric, at })}`, aboutSweep(sweep.id));
  const metrics = useMemo(
    () => (sweep.metrics.length === 0 ? [sweep.metric.name] : sweep.metrics),
    [sweep.metrics, sweep.metric.name],
  );
  return (
    <>
      <div class="controls">
        <MetricSelect metrics={metrics} value={metric} onChange={setMetric} />
        <Select
          label="Vertical axes"
          value={axis}
          onChange={setAxis}
          options={[
            { value: 'late', label: 'fits the later values' },
            { value: 'all', label: 'fits all values' },
          ]}
        />
      </div>
      <Loaded resource={pairs} what="the comparison">
        {(answer) =>
          answer.pairs.length === 0 ? (
            <NoPairs sweep={sweep} />
          ) : (
            <>
              <PictureSection picture={answer.picture} sweep={sweep} late={axis === 'late'} />
              <BandsSection
                bands={answer.bands}
                picture={answer.picture}
                sweep={sweep}
                metric={answer.metric.name}
                late={axis === 'late'}
              />
              <PairsSection pairs={answer.pairs} sweep={sweep} metric={answer.metric.name} late={axis === 'late'} />
            </>
          )
        }
      </Loaded>
      <ConfirmForm sweep={sweep} />
    </>
  );
}

function NoPairs({ sweep }: { sweep: SweepDetail }) {
  return (
    <Message kind="empty" title="No pairs to compare">
      <p>
        A pair is a run with the intra-class phase and its control: same everything else, same seed.{' '}
        {sweep.armList.some(({ control }) => control)
          ? 'They appear here as soon as both have begun to train.'
          : 'This sweep has no control; the ablation "noIntra" would give it one.'}
      </p>
      <p>
        <Link to={`sweeps/${sweep.id}`}>Progress of the sweep</Link>
      </p>
    </Message>
  );
}
