/** A page is as long as before once its answers are there; whoever scrolls meanwhile has chosen another place. */
const PATIENCE_MS = 3000;

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
  const tryNow = (): void => {
    if (document.documentElement.scrollHeight < place + innerHeight && performance.now() < until) return;
    scrollTo(0, place);
    end();
  };
  const until = performance.now() + PATIENCE_MS;
  const watch = new ResizeObserver(tryNow);
  const end = (): void => {
    watch.disconnect();
    removeEventListener('wheel', end);
  };
  watch.observe(document.body);
  addEventListener('wheel', end, { once: true, passive: true });
  return end;
}
