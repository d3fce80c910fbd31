import { useState } from 'preact/hooks';
import type { ConfirmRequest } from '../../server/http/schemas/confirm.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { Field, Select } from '../parts/field.tsx';
import { MetricSelect } from '../parts/metric-select.tsx';
import { PostButton } from '../parts/post-button.tsx';
import { navigate, useChoice } from '../routing/location.ts';
import { armsToConfirm, confirmableMetrics, seedsWords } from '../series/to-confirm.ts';
import { isTrainable } from './is-trainable.ts';

/** The default of `cosweep confirm --seeds`. */
const USUAL_SEEDS = 12;

/**
 * Confirms an arm of a complete sweep: starts a sweep that trains the arm and its control on fresh seeds, and leads to
 * that sweep.
 *
 * @param props.arm the arm that is chosen at first; default: the best
 */
export function ConfirmForm({ sweep, arm: preset }: { sweep: SweepDetail; arm?: number }) {
  const arms = armsToConfirm(sweep);
  const [arm, setArm] = useChoice('confirm', String(preset ?? arms[0]?.index));
  const metrics = confirmableMetrics(sweep);
  const [metric, setMetric] = useState(metrics[0] ?? '');
  const [written, setWritten] = useState(String(USUAL_SEEDS));
  const canConfirm = sweep.state === 'complete' && sweep.confirms === null && isTrainable(sweep);
  if (!canConfirm || arms.length === 0 || metrics.length === 0) return null;

  const seeds = Number(written);
  const good = Number.isInteger(seeds) && seeds >= 1 && seeds <= 1000;
  const request: ConfirmRequest = { arm: Number(arm), seeds, metric };
  return (
    <section class="card" aria-label="Confirm an arm">
      <h2>Confirm an arm</h2>
      <p class="small quiet">
        The best of many arms looks better than it is. This trains one of them and its control on fresh seeds and tests
        the difference once, on the test part of the data where there is one.
      </p>
      <div class="controls confirm-fields">
        <Select
          label="Arm to confirm"
          value={arm}
          onChange={setArm}
          options={arms.map(({ index, name }) => ({ value: String(index), label: name }))}
        />
        <Field label="Fresh seeds">
          <input
            type="number"
            min={1}
            max={1000}
            step={1}
            value={written}
            onInput={(event) => setWritten(event.currentTarget.value)}
          />
        </Field>
        <MetricSelect metrics={metrics} value={metric} onChange={setMetric} label="By" />
      </div>
      <p class={good && seeds >= 6 ? 'small numbers' : 'banner numbers'}>
        {good ? seedsWords(seeds) : 'Want a whole number of seeds from 1 to 1,000.'}
      </p>
      <div class="actions">
        <PostButton
          path={`sweeps/${sweep.id}/confirm`}
          body={request}
          disabled={!good}
          then={({ id }) => navigate(`sweeps/${id}`)}
        >
          Confirm on fresh seeds
        </PostButton>
      </div>
    </section>
  );
}
