import type { ComponentChildren } from 'preact';
import type { PlanRequest } from '../../server/http/schemas/plan.ts';
import type { StartRequest } from '../../server/http/schemas/start.ts';
import { ApiError } from '../data/api.ts';
import { useDefinitionCheck, type Check, type DefinitionCheck } from '../data/definition-check.ts';
import { useDraft } from '../data/use-draft.ts';
import { formatAmount } from '../format/number.ts';
import { AskButton } from '../parts/ask.tsx';
import { AtWork } from '../parts/at-work.tsx';
import { Field, Select } from '../parts/field.tsx';
import { Problems } from '../parts/loaded.tsx';
import { useLocation } from '../routing/location.ts';
import { EXAMPLE_DEFINITION } from './example-definition.ts';
import { PlanView } from './plan-view.tsx';

const ENGINES = ['auto', 'tensorflow', 'webgpu', 'wasm'] as const;

const KEPT_WEIGHTS = [
  { value: 'all', label: 'of all runs' },
  { value: 'best', label: 'of each arm’s best run' },
  { value: 'none', label: 'of none' },
];

/** Paste a definition, see its plan or all its problems, start it. Nothing of a draft is left in another one's form. */
export function NewSweepPage() {
  const from = useLocation().query.get('from');
  return <NewSweep key={from ?? ''} from={from} />;
}

/** @param props.from id of the sweep that it is a clone of */
function NewSweep({ from }: { from: string | null }) {
  const checking = useDefinitionCheck();
  return (
    <>
      <header class="page-head">
        <h1>New sweep</h1>
        <p class="lead">Paste a definition. Its plan is shown before anything trains.</p>
      </header>
      <div class="columns">
        <DefinitionForm from={from} checking={checking} />
        <section class="card" aria-live="polite">
          <h2>Plan</h2>
          <CheckView check={checking.check} />
        </section>
      </div>
    </>
  );
}

function DefinitionForm({ from, checking }: { from: string | null; checking: DefinitionCheck }) {
  const { draft, isEdited, edit, discard, error } = useDraft(from);
  const { definition, baseFolder } = draft;
  const request = (): PlanRequest => ({ definition, ...(baseFolder === '' ? {} : { baseFolder }) });
  const editPlanned = (change: Partial<typeof draft>): void => {
    edit(change);
    checking.forget();
  };
  const start = (probe: boolean): void => {
    if (checking.check.state !== 'good') return;
    const { engine, keepWeights } = draft as Pick<StartRequest, 'engine' | 'keepWeights'>;
    void checking.start(checking.check.plan, { ...request(), engine, keepWeights, probe }, discard);
  };

  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        void checking.plan(request());
      }}
    >
      {error !== null && (
        <p class="banner banner-bad" role="alert">
          {error.message}
        </p>
      )}
      {from !== null && error === null && (
        <p class="small quiet">
          The definition of {from}. What starts is a sweep of its own; runs that both have are trained once.
        </p>
      )}
      <Field label="Definition (JSON)">
        <textarea
          class="code"
          rows={22}
          spellcheck={false}
          value={definition}
          onInput={(event) => editPlanned({ definition: event.currentTarget.value })}
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
            onInput={(event) => editPlanned({ baseFolder: event.currentTarget.value })}
          />
        </Field>
        <Select
          label="Engine"
          value={draft.engine}
          onChange={(next) => edit({ engine: next })}
          options={ENGINES.map((name) => ({ value: name, label: name }))}
        />
        <Select
          label="Final weights to keep"
          value={draft.keepWeights}
          onChange={(next) => edit({ keepWeights: next })}
          options={KEPT_WEIGHTS}
        />
      </div>
      <Buttons check={checking.check} start={start}>
        {definition === '' ? (
          <button type="button" class="plain" onClick={() => editPlanned({ definition: EXAMPLE_DEFINITION })}>
            Fill in an example
          </button>
        ) : (
          isEdited && (
            <AskButton
              kind="plain"
              label={from === null ? 'Clear' : 'Undo all edits'}
              question={from === null ? 'Clear what is written here?' : `Go back to the definition of ${from}?`}
              yes={from === null ? 'Clear' : 'Go back'}
              act={async () => {
                discard();
                checking.forget();
              }}
            >
              <p>The draft is kept by this browser until then, or until it is started.</p>
            </AskButton>
          )
        )}
      </Buttons>
      <p class="small quiet form-note">
        A probe trains what the arms share before the phase begins, with two seeds, and shows which arms would be dead,
        weak or the same. The sweep goes on from there.
      </p>
      <AtWork before={null} />
    </form>
  );
}

interface ButtonsProps {
  check: Check;
  start: (probe: boolean) => void;
  children: ComponentChildren;
}

function Buttons({ check, start, children }: ButtonsProps) {
  const isStartable = check.state === 'good';
  return (
    <div class="actions">
      <button type="submit" disabled={check.state === 'busy'}>
        Show the plan
      </button>
      <button type="button" disabled={!isStartable} onClick={() => start(true)}>
        Probe first
      </button>
      <button type="button" class="primary" disabled={!isStartable} onClick={() => start(false)}>
        Start the sweep
      </button>
      {children}
    </div>
  );
}

function CheckView({ check }: { check: Check }) {
  if (check.state === 'none') return <p class="quiet">Nothing checked yet.</p>;
  if (check.state === 'busy') return <p class="quiet">Checking …</p>;
  if (check.state === 'bad') return <BadDefinition error={check.error} />;
  return (
    <>
      {check.refused !== null && (
        <p class="banner banner-bad" role="alert">
          {check.refused.message}
        </p>
      )}
      <PlanView plan={check.plan} />
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
