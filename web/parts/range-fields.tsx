import { Field } from './field.tsx';

/** `to` is null: up to the last batch, and further while a run trains. */
export interface ChosenRange {
  from: number;
  to: number | null;
}

interface RangeFieldsProps {
  range: ChosenRange | null;
  onChange: (range: ChosenRange | null) => void;
}

/** The stretch of batches that curves show, by keyboard; dragging over a chart sets the same. */
export function RangeFields({ range, onChange }: RangeFieldsProps) {
  const set = (event: Event): void => {
    const form = (event.currentTarget as HTMLElement).closest('fieldset')!;
    const [from, to] = [...form.querySelectorAll('input')].map((input) =>
      input.value === '' ? null : Number(input.value),
    ) as [number | null, number | null];
    if (from === null && to === null) onChange(null);
    else if (to === null || to > (from ?? 0)) onChange({ from: Math.max(0, from ?? 0), to });
  };
  return (
    <fieldset class="range">
      <Field label="From batch">
        <input type="number" min="0" step="1" value={range?.from ?? ''} placeholder="first" onChange={set} />
      </Field>
      <Field label="to batch">
        <input type="number" min="1" step="1" value={range?.to ?? ''} placeholder="last" onChange={set} />
      </Field>
      <button type="button" onClick={() => onChange(null)} disabled={range === null}>
        All batches
      </button>
    </fieldset>
  );
}
