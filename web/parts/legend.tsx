import { dashOf } from '../series/colour-keys.ts';
import { toColour } from '../chart/palette.ts';
import { usePalette } from '../chart/theme.ts';
import type { LegendItem } from '../figure/figure.ts';

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
