import { toColour } from '../chart/palette.ts';
import { usePalette } from '../chart/theme.ts';
import type { Ink } from '../series/chart-spec.ts';

export interface LegendItem {
  label: string;
  ink: Ink;
  /** `line` where nothing is said. */
  look?: 'line' | 'dashed' | 'dot' | 'shade' | 'hatch' | 'tick';
}

/** Names of what charts show, as text beside their colour. */
export function Legend({ items }: { items: LegendItem[] }) {
  const palette = usePalette();
  return (
    <ul class="legend">
      {items.map(({ label, ink, look = 'line' }) => (
        <li key={label}><span class={`swatch swatch-${look}`} style={{ color: toColour(ink, palette) }} aria-hidden="true" />{label}</li>
      ))}
    </ul>
  );
}
