import { useState } from 'preact/hooks';
import type { ExtendRequest, ExtensionPlan } from '../../server/http/schemas/extend.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { post } from '../data/api.ts';
import { formatAmount, formatCount } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { Field } from '../parts/field.tsx';
import { PostButton } from '../parts/post-button.tsx';
import { toAddition } from '../series/to-addition.ts';
import { isTrainable } from './is-trainable.ts';

/** Adds seeds or values to a sweep that is not in training: first what that takes, then the button that does it. */
export function ExtendForm({ sweep }: { sweep: SweepDetail }) {
  const [seeds, setSeeds] = useState(String(Math.max(12, sweep.seeds)));
  const [values, setValues] = useState('');
  const [planned, setPlanned] = useState<{ plan: ExtensionPlan; request: string } | null>(null);
  const [error, setError] = useState<string | null>(null);
  if (sweep.confirms !== null || !isTrainable(sweep)) return null;

  const request = toAddition({ seeds, values, before: sweep.seeds });
  const change = (set: (text: string) => void) => (event: { currentTarget: HTMLInputElement }) => {
    set(event.currentTarget.value);
    setPlanned(null);
    setError(null);
  };
  const asked = JSON.stringify(request);
  // The answer to what was asked before an edit says nothing of what would be trained now.
  const plan = planned !== null && planned.request === asked ? planned.plan : null;
  const look = (): Promise<void> =>
    post<ExtensionPlan>(`sweeps/${sweep.id}/extension`, request).then(
      (answer) => setPlanned({ plan: answer, request: asked }),
      (problem: Error) => setError(problem.message),
    );
  return (
    <section class="card wide" aria-label="Extend the sweep">
      <h2>Extend</h2>
      <p class="small quiet">
        More seeds for every arm, or more values of a parameter. What is trained stays; only the new runs are trained.
      </p>
      <div class="controls">
        <Field label="Seeds in all">
          <input type="number" min={sweep.seeds} max={1000} step={1} value={seeds} onInput={change(setSeeds)} />
        </Field>
        <Field label="Further values">
          <input type="text" placeholder="beta = 0.4, 0.5" value={values} onInput={change(setValues)} />
        </Field>
      </div>
      {request === null ? (
        <p class="small quiet">Want more than {formatAmount(sweep.seeds, 'seed')}, or values as in beta = 0.4, 0.5.</p>
      ) : plan === null ? (
        <div class="actions">
          <button type="button" onClick={() => void look()}>
            What would it take?
          </button>
        </div>
      ) : (
        <Extension plan={plan} request={request} />
      )}
      {error !== null && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
    </section>
  );
}

function Extension({ plan, request }: { plan: ExtensionPlan; request: ExtendRequest }) {
  const added = plan.runs.after - plan.runs.before;
  const time = plan.seconds === null ? '' : `, about ${formatDuration(plan.seconds)} of one worker`;
  return (
    <>
      <p class="numbers">
        {formatAmount(added, 'new run')}, {formatCount(plan.batches)} batches{time};{' '}
        {formatAmount(plan.runs.stored, 'run')} {plan.runs.stored === 1 ? 'is' : 'are'} there.
        {plan.newArms.length > 0 &&
          ` New: ${plan.newArms.slice(0, 8).join(', ')}${plan.newArms.length > 8 ? ', …' : ''}.`}
        {plan.looks > 1 && ` All p will be corrected for ${plan.looks} looks.`}
      </p>
      <div class="actions">
        <PostButton path={`sweeps/${plan.id}/extend`} body={request}>
          Train {formatAmount(added, 'new run')}
        </PostButton>
      </div>
    </>
  );
}
