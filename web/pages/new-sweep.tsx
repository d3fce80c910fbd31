import { useState } from 'preact/hooks';
import type { PlanRequest } from '../../server/http/schemas/plan.ts';
import type { StartRequest, StartResponse } from '../../server/http/schemas/start.ts';
import type { PlanJsonWithArms } from '../../server/sweep/plan/plan-json.ts';
import { ApiError, post } from '../data/api.ts';
import { droppedWords } from '../format/dropped.ts';
import { formatAmount, formatCount, formatNumber } from '../format/number.ts';
import { formatParameter, parameterLabel } from '../format/parameter.ts';
import { AtWork } from '../parts/at-work.tsx';
import { Facts } from '../parts/facts.tsx';
import { Field, Select } from '../parts/field.tsx';
import { Problems } from '../parts/loaded.tsx';
import { navigate } from '../routing/location.ts';
import { EXAMPLE_DEFINITION } from './example-definition.ts';

type Check =
  | { state: 'none' }
  | { state: 'busy' }
  | { state: 'bad'; error: Error }
  | { state: 'good'; plan: PlanJsonWithArms; refused: Error | null };

const ENGINES = ['auto', 'tensorflow', 'webgpu', 'wasm'] as const;

/** Paste a definition, see its plan or all its problems, start it. */
export function NewSweepPage() {
  const [definition, setDefinition] = useState('');
  const [baseFolder, setBaseFolder] = useState('');
  const [engine, setEngine] = useState<string>('auto');
  const [check, setCheck] = useState<Check>({ state: 'none' });
  const request = (): PlanRequest => ({ definition, ...(baseFolder === '' ? {} : { baseFolder }) });
  const edit = (text: string): void => {
    setDefinition(text);
    setCheck({ state: 'none' });
  };

  /**
   * Shows what comes of an answer, unless the text was edited meanwhile: only the text whose plan is shown can be
   * started.
   */
  const wait = async (answer: Promise<Check>): Promise<void> => {
    const busy: Check = { state: 'busy' };
    setCheck(busy);
    const next = await answer;
    setCheck((now) => (now === busy ? next : now));
  };
  const plan = (): Promise<void> =>
    wait(
      post<PlanJsonWithArms>('plan', request()).then(
        (answer): Check => ({ state: 'good', plan: answer, refused: null }),
        (error: Error): Check => ({ state: 'bad', error }),
      ),
    );
  const start = (plan: PlanJsonWithArms, probe: boolean): Promise<void> => {
    const body: StartRequest = { ...request(), engine: engine as NonNullable<StartRequest['engine']>, probe };
    return wait(
      post<StartResponse>('sweeps', body).then(
        ({ id }): Check => {
          navigate(probe ? `sweeps/${id}/probe` : `sweeps/${id}`);
          return { state: 'none' };
        },
        (refused: Error): Check => ({ state: 'good', plan, refused }),
      ),
    );
  };
  const startButton = (probe: boolean, label: string) => (
    <button
      type="button"
      class={probe ? undefined : 'primary'}
      disabled={check.state !== 'good'}
      onClick={() => {
        if (check.state === 'good') void start(check.plan, probe);
      }}
    >
      {label}
    </button>
  );

  return (
    <>
      <header class="page-head">
        <h1>New sweep</h1>
        <p class="lead">Paste a definition. Its plan is shown before anything trains.</p>
      </header>
      <div class="columns">
        <form
          class="card"
          onSubmit={(event) => {
            event.preventDefault();
            void plan();
          }}
        >
          <Field label="Definition (JSON)">
            <textarea
              class="code"
              rows={22}
              spellcheck={false}
              value={definition}
              onInput={(event) => edit(event.currentTarget.value)}
              placeholder={EXAMPLE_DEFINITION}
              required
            />
          </Field>
          <div class="field-row">
            <Field label="Folder that relative paths start at">
              <input
                type="text"
                value={baseFolder}
                placeholder="where the server was started"
                onInput={(event) => {
                  setBaseFolder(event.currentTarget.value);
                  setCheck({ state: 'none' });
                }}
              />
            </Field>
            <Select
              label="Engine"
              value={engine}
              onChange={setEngine}
              options={ENGINES.map((name) => ({ value: name, label: name }))}
            />
          </div>
          <div class="actions">
            <button type="submit" disabled={check.state === 'busy'}>
              Show the plan
            </button>
            {startButton(true, 'Probe first')}
            {startButton(false, 'Start the sweep')}
            {definition === '' && (
              <button type="button" class="plain" onClick={() => edit(EXAMPLE_DEFINITION)}>
                Fill in an example
              </button>
            )}
          </div>
          <p class="small quiet form-note">
            A probe trains what the arms share before the phase begins, with two seeds, and shows which arms would be
            dead, weak or the same. The sweep goes on from there.
          </p>
          <AtWork before={null} />
        </form>
        <section class="card" aria-live="polite">
          <h2>Plan</h2>
          {check.state === 'none' && <p class="quiet">Nothing checked yet.</p>}
          {check.state === 'busy' && <p class="quiet">Checking …</p>}
          {check.state === 'bad' && <BadDefinition error={check.error} />}
          {check.state === 'good' && check.refused !== null && (
            <p class="banner banner-bad" role="alert">
              {check.refused.message}
            </p>
          )}
          {check.state === 'good' && <PlanView plan={check.plan} />}
        </section>
      </div>
    </>
  );
}

function BadDefinition({ error }: { error: Error }) {
  const details = error instanceof ApiError ? error.details : [];
  return (
    <div role="alert">
      <p class="problem">
        {details.length === 0
          ? error.message
          : `${formatAmount(details.length, 'problem')} to solve before this can be planned:`}
      </p>
      <Problems problems={details} />
    </div>
  );
}

const SHOWN_ARMS = 200;

function PlanView({ plan }: { plan: PlanJsonWithArms }) {
  const keys = Object.keys(plan.armList[0] ?? {}).filter(
    (key) => !['index', 'name', 'ablation', 'control'].includes(key),
  );
  return (
    <>
      <Facts
        facts={[
          ['Name', plan.name],
          ['Arms', formatCount(plan.arms)],
          ['Runs', formatCount(plan.runs)],
          ['Dropped', droppedWords(plan.dropped)],
          ['Folded duplicates', formatCount(plan.folded)],
          [
            'Batches',
            `${formatCount(plan.batches)} with shared prefixes, ${formatCount(plan.batchesUnshared)} without`,
          ],
          [
            'Smallest p',
            `${formatNumber(plan.smallestP.maxT, 2)} (max-T), ${formatNumber(plan.smallestP.holm, 2)} (Holm)`,
          ],
        ]}
      />
      {plan.smallestP.maxT > 0.05 && (
        <p class="banner">
          With so few seeds no difference can be significant: p cannot be under {formatNumber(plan.smallestP.maxT, 2)}.
        </p>
      )}
      <div class="scroll">
        <table class="data">
          <thead>
            <tr>
              <th class="number">#</th>
              <th>Arm</th>
              {keys.map((key) => (
                <th key={key} class="number" title={key}>
                  {parameterLabel(key)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {plan.armList.slice(0, SHOWN_ARMS).map((arm) => (
              <tr key={arm.index}>
                <td class="number quiet">{arm.index}</td>
                <td>
                  {arm.name}
                  {arm.control && <span class="tag">control</span>}
                </td>
                {keys.map((key) => (
                  <td key={key} class="number">
                    {formatParameter(arm[key])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {plan.armList.length > SHOWN_ARMS && (
        <p class="small quiet">
          The first {SHOWN_ARMS} of {formatCount(plan.armList.length)} arms.
        </p>
      )}
    </>
  );
}
