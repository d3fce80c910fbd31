/** A page is as long as before once its answers are there; later than this it is another page. */
const PATIENCE_MS = 3000;

/** Signs that the reader has chosen another place. */
const CHOSEN = ['wheel', 'keydown', 'pointerdown', 'touchmove', 'cosweep:location'];

/** Back leads to where the page was left, as soon as it is long enough again. */
export function followBack(): () => void {
  history.scrollRestoration = 'manual';
  let stop = (): void => {};
  const back = ({ state }: PopStateEvent): void => {
    stop();
    stop = scrollWhenLong((state as { scrolled?: number } | null)?.scrolled ?? 0);
  };
  addEventListener('popstate', back);
  return () => {
    stop();
    removeEventListener('popstate', back);
  };
}

function scrollWhenLong(place: number): () => void {
  const watch = new ResizeObserver(() => {
    if (document.documentElement.scrollHeight < place + innerHeight) return;
    scrollTo(0, place);
    end();
  });
  const end = (): void => {
    clearTimeout(patience);
    watch.disconnect();
    for (const sign of CHOSEN) removeEventListener(sign, end);
  };
  const patience = setTimeout(end, PATIENCE_MS);
  watch.observe(document.body);
  for (const sign of CHOSEN) addEventListener(sign, end, { passive: true });
  return end;
}
