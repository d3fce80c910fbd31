export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/**
 * Lines at 45°, each cut at the box by arithmetic: a clip would do on a canvas, but plain lines stay editable in the
 * exported SVG.
 */
export function hatch(ctx: CanvasRenderingContext2D, box: Box, colour: string): void {
  const height = box.bottom - box.top;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let start = box.left - height; start < box.right; start += 6) {
    const from = Math.max(start, box.left);
    const to = Math.min(start + height, box.right);
    if (to <= from) continue;
    ctx.moveTo(from, box.bottom - (from - start));
    ctx.lineTo(to, box.bottom - (to - start));
  }
  ctx.stroke();
  ctx.restore();
}

export function setFont(ctx: CanvasRenderingContext2D, colour: string, size = 11, weight = 'normal'): void {
  ctx.font = `${weight === 'normal' ? '' : `${weight} `}${size}px ${FONT_FAMILY}`;
  ctx.fillStyle = colour;
}

export const FONT_FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
