import { Select } from './field.tsx';

/** Which of its evaluations gives a run its value. */
export function AtSelect({ value, onChange }: { value: string; onChange: (at: string) => void }) {
  return (
    <Select
      label="Value of a run"
      value={value}
      onChange={onChange}
      options={[
        { value: 'last', label: 'last evaluation' },
        { value: 'best', label: 'best evaluation (optimistic)' },
      ]}
    />
  );
}
