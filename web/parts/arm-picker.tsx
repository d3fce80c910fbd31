import { useState } from 'preact/hooks';
import type { ArmItem } from '../../server/http/schemas/arm.ts';
import { toColour } from '../chart/palette.ts';
import { usePalette } from '../chart/theme.ts';
import { Field } from './field.tsx';

interface ArmPickerProps {
  arms: ArmItem[];
  /** Indices, in the order of their colours. */
  chosen: number[];
  /** As many as colours can tell apart. */
  most: number;
  onChange: (chosen: number[]) => void;
}

/** More are found by a word of their name. */
const MOST_LISTED = 60;

/** Arms by their names, each chosen one in its colour. */
export function ArmPicker({ arms, chosen, most, onChange }: ArmPickerProps) {
  const [search, setSearch] = useState('');
  const palette = usePalette();
  const words = search.toLowerCase().split(/\s+/);
  const found = arms.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  const listed = [...found].sort((a, b) => Number(chosen.includes(b.index)) - Number(chosen.includes(a.index)));
  const toggle = (index: number): void =>
    onChange(chosen.includes(index) ? chosen.filter((each) => each !== index) : [...chosen, index]);
  return (
    <fieldset class="arm-picker">
      <legend>
        Arms <span class="quiet">(at most {most})</span>
      </legend>
      {arms.length > 12 && (
        <Field label="Find an arm">
          <input type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        </Field>
      )}
      <ul>
        {listed.slice(0, MOST_LISTED).map(({ index, name }) => {
          const place = chosen.indexOf(index);
          return (
            <li key={index}>
              <label>
                <input
                  type="checkbox"
                  checked={place >= 0}
                  disabled={place < 0 && chosen.length >= most}
                  onChange={() => toggle(index)}
                />
                {place >= 0 && (
                  <span class="swatch swatch-line" style={{ color: toColour(place, palette) }} aria-hidden="true" />
                )}
                {name}
              </label>
            </li>
          );
        })}
      </ul>
      {found.length > MOST_LISTED && (
        <p class="small quiet">
          {MOST_LISTED} of {found.length} arms; the others are found by their names.
        </p>
      )}
    </fieldset>
  );
}
