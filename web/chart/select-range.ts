import type { Chart } from 'chart.js';

/** Pixels below which a press is a click and no selection. */
const LEAST = 6;

/**
 * Lets the reader drag over a stretch of the first x axis. The stretch is drawn by an element over the canvas.
 *
 * @param listener asked for at every press, since a page may start or stop wanting ranges
 * @returns a function that takes the selection away again
 */
export function selectRange(
  canvas: HTMLCanvasElement,
  chart: Chart<'line'>,
  listener: () => ((from: number, to: number) => void) | undefined,
): () => void {
  const shade = document.createElement('div');
  shade.className = 'chart-selection';
  shade.hidden = true;
  canvas.after(shade);
  let start: number | null = null;

  const place = (event: PointerEvent): number => {
    const { left, right } = chart.chartArea;
    return Math.min(right, Math.max(left, event.clientX - canvas.getBoundingClientRect().left));
  };
  const press = (event: PointerEvent): void => {
    // A finger that moves over a chart scrolls the page; the number fields beside the chart are its way to a range.
    if (event.pointerType === 'touch' || event.button !== 0 || listener() === undefined) return;
    start = place(event);
    canvas.setPointerCapture(event.pointerId);
  };
  const drag = (event: PointerEvent): void => {
    if (start === null) return;
    const end = place(event);
    shade.hidden = Math.abs(end - start) < LEAST;
    shade.style.left = `${Math.min(start, end)}px`;
    shade.style.width = `${Math.abs(end - start)}px`;
  };
  const release = (event: PointerEvent): void => {
    if (start === null) return;
    const [left, right] = [start, place(event)].sort((a, b) => a - b) as [number, number];
    start = null;
    shade.hidden = true;
    if (right - left < LEAST) return;
    const scale = Object.values(chart.scales).find(({ axis }) => axis === 'x')!;
    listener()?.(scale.getValueForPixel(left)!, scale.getValueForPixel(right)!);
  };

  const cancel = (): void => {
    start = null;
    shade.hidden = true;
  };
  const handlers = { pointerdown: press, pointermove: drag, pointerup: release, pointercancel: cancel };
  for (const [name, handler] of Object.entries(handlers)) canvas.addEventListener(name, handler as EventListener);
  return () => {
    for (const [name, handler] of Object.entries(handlers)) canvas.removeEventListener(name, handler as EventListener);
    shade.remove();
  };
}
