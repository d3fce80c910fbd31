import { useState } from 'preact/hooks';
import type { RunDetail } from '../../server/http/schemas/run.ts';
import { RunDiffTable } from '../parts/run-diff-table.tsx';
import { useChoice } from '../routing/location.ts';

/** What differs between this run and any other one, its control first of all. */
export function RunDifference({ run }: { run: RunDetail }) {
  const control = run.controlRun !== null && run.controlRun !== run.id ? run.controlRun : null;
  const [other, setOther] = useChoice('diff', '');
  const [text, setText] = useState(other);
  const isId = /^r[1-9]\d*$/.test(text.trim());
  const compare = (id: string): void => {
    setText(id);
    setOther(id);
  };
  return (
    <section class="card wide" aria-label="Difference to another run">
      <h2>Difference to another run</h2>
      <form
        class="controls"
        onSubmit={(event) => {
          event.preventDefault();
          if (isId) compare(text.trim());
        }}
      >
        <label class="field">
          <span class="field-label">Run</span>
          <input
            type="text"
            value={text}
            placeholder="r41"
            size={8}
            aria-invalid={text !== '' && !isId}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={!isId}>
          Compare
        </button>
        {control !== null && other !== control && (
          <button type="button" onClick={() => compare(control)}>
            With its control, {control}
          </button>
        )}
      </form>
      {other !== '' && <RunDiffTable first={run.id} second={other} />}
    </section>
  );
}
