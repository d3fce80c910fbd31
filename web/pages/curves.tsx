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
import { ConfirmForm } from './confirm-form.tsx';
import { ArmsSection } from './curves-arms.tsx';
import { PairsSection } from './curves-pairs.tsx';
import { PictureSection } from './curves-picture.tsx';

/** Above so many arms a picture of every difference is a grey wall, and takes long to make. */
const MOST_PICTURED = 40;

export function CurvesPage({ id }: { id: string }) {
  return (
    <SweepFrame id={id} page="curves">
      {(sweep) => <Curves sweep={sweep} />}
    </SweepFrame>
  );
}

/** The chosen arms first, then every difference by batch, and every pair. */
function Curves({ sweep }: { sweep: SweepDetail }) {
  const [metric, setMetric] = useChoice('metric', sweep.metric.name);
  const [axis, setAxis] = useChoice('axis', 'late');
  const metrics = useMemo(
    () => (sweep.metrics.length === 0 ? [sweep.metric.name] : sweep.metrics),
    [sweep.metrics, sweep.metric.name],
  );
  const late = axis === 'late';
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
      <ArmsSection sweep={sweep} metric={metric} late={late} />
      {sweep.armList.length <= MOST_PICTURED ? (
        <Pairs sweep={sweep} metric={metric} late={late} />
      ) : (
        <p class="form-note small quiet">
          The differences of all {sweep.armList.length} arms at the end are on the{' '}
          <Link to={`sweeps/${sweep.id}`}>first page</Link> and in the{' '}
          <Link to={`sweeps/${sweep.id}/table`}>table</Link>.
        </p>
      )}
      <ConfirmForm sweep={sweep} />
    </>
  );
}

function Pairs({ sweep, metric, late }: { sweep: SweepDetail; metric: string; late: boolean }) {
  // Chosen beside the pairs, since the picture shows every evaluation.
  const [at] = useChoice('at', 'last');
  const pairs = useResource<PairCurves>(`sweeps/${sweep.id}/pairs${query({ metric, at })}`, aboutSweep(sweep.id));
  return (
    <Loaded resource={pairs} what="the comparison">
      {(answer) =>
        answer.pairs.length === 0 ? (
          <NoPairs sweep={sweep} />
        ) : (
          <>
            <PictureSection picture={answer.picture} sweep={sweep} late={late} />
            <PairsSection pairs={answer.pairs} sweep={sweep} metric={answer.metric.name} late={late} />
          </>
        )
      }
    </Loaded>
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
