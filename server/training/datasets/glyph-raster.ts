/** Points as x, y, x, y, … in pixels; each path is drawn from point to point. */
export type Path = Float64Array;

/**
 * Coverage of each pixel, 0 to 1, by strokes of this width with round ends. Across a stroke's edge it goes from 0 to 1
 * over one pixel, by where the pixel's centre lies. Crossing strokes do not add up: the larger coverage counts.
 */
export function rasterise(paths: readonly Path[], width: number, side: number): Float64Array {
  const radius = width / 2;
  const coverage = new Float64Array(side * side);
  for (const path of paths) {
    for (let i = 2; i < path.length; i += 2) {
      drawSegment(coverage, side, radius, path[i - 2]!, path[i - 1]!, path[i]!, path[i + 1]!);
    }
  }
  return coverage;
}

function drawSegment(
  coverage: Float64Array,
  side: number,
  radius: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): void {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const squared = dx * dx + dy * dy;
  const reach = radius + 0.5;
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
  const right = Math.min(side - 1, Math.ceil(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
  const bottom = Math.min(side - 1, Math.ceil(Math.max(y0, y1) + reach));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = squared > 0 ? Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / squared)) : 0;
      const distanceX = x - x0 - along * dx;
      const distanceY = y - y0 - along * dy;
      const covered = reach - Math.sqrt(distanceX * distanceX + distanceY * distanceY);
      const at = y * side + x;
      if (covered > coverage[at]!) coverage[at] = Math.min(1, covered);
    }
  }
}

/** Blurs rows, then columns, with the weights [amount, 1 − 2·amount, amount]; beyond the border is 0. */
export function blur(image: Float64Array, side: number, amount: number): Float64Array {
  return blurAlong(blurAlong(image, side, amount, 1), side, amount, side);
}

function blurAlong(image: Float64Array, side: number, amount: number, stride: number): Float64Array {
  return image.map((value, at) => {
    const position = Math.floor(at / stride) % side;
    const before = position > 0 ? image[at - stride]! : 0;
    const after = position < side - 1 ? image[at + stride]! : 0;
    return amount * before + (1 - 2 * amount) * value + amount * after;
  });
}
