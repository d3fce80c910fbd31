import type { AugmentSettings } from '../../sweep/settings.ts';
import { Stream } from '../../sweep/random.ts';

/** What happens to one image of one batch. */
export interface Placement {
  /** The pixel at (y, x) is the source's at (y + top, x + left); outside of the source it is 0 (black). */
  top: number;
  left: number;
  /** Mirror left to right, before the window is cut. */
  mirrored: boolean;
  /** Upper left corner of the square that is blanked to the channel's mean (0 once normalised); null is none. */
  cut: { top: number; left: number } | null;
}

export function augments({ shift, flip, crop, cutout }: AugmentSettings): boolean {
  return shift > 0 || flip || crop > 0 || cutout > 0;
}

/**
 * Draws what happens to each image of batch t, from the stream (seed, 'augment', t) alone. Shift and crop are the same
 * move of the window under two names known from different recipes; where both are on they add up.
 */
export function drawPlacements(
  settings: AugmentSettings,
  count: number,
  [height, width]: readonly number[],
  seed: number,
  t: number,
): Placement[] {
  const stream = new Stream(seed, 'augment', t);
  const offset = (range: number) => (range > 0 ? stream.below(2 * range + 1) - range : 0);
  return Array.from({ length: count }, () => ({
    top: offset(settings.shift) + offset(settings.crop),
    left: offset(settings.shift) + offset(settings.crop),
    mirrored: settings.flip && stream.below(2) === 1,
    cut: settings.cutout > 0 ? drawCut(stream, settings.cutout, height!, width!) : null,
  }));
}

/** The square's centre is anywhere in the image, so that it may reach over the border (DeVries and Taylor, 2017). */
function drawCut(stream: Stream, side: number, height: number, width: number): { top: number; left: number } {
  const half = Math.floor(side / 2);
  return { top: stream.below(height) - half, left: stream.below(width) - half };
}
