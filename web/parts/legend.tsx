import { dashOf } from '../series/colour-keys.ts';
import { toColour } from '../chart/palette.ts';
import { usePalette } from '../chart/theme.ts';
import type { Ink } from '../series/chart-spec.ts';

export interface LegendItem {
  label: string;
  ink: Ink;
  /** Default: a line as charts draw this ink. */
  look?: 'line' | 'dashed' | 'dotted' | 'dot' | 'shade' | 'hatch' | 'tick';
}

/** Names of what charts show, as text beside their colour. */
export function Legend({ items }: { items: LegendItem[] }) {
  const palette = usePalette();
  return (
    <ul class="legend">
      {items.map(({ label, ink, look = (typeof ink === 'number' ? dashOf(ink) : undefined) ?? 'line' }) => (
        <li key={label}>
          <span class={`swatch swatch-${look}`} style={{ color: toColour(ink, palette) }} aria-hidden="true" />
          {label}
        </li>
      ))}
    </ul>
  );
}
