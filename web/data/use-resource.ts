import { useEffect, useRef, useState } from 'preact/hooks';
import type { ServerEvent } from '../../server/http/schemas/event.ts';
import { get } from './api.ts';
import { subscribe } from './live.ts';

export interface Resource<Value> {
  /** The last answer; it stays while a newer one is fetched, so that nothing flickers. */
  value: Value | null;
  /** Why the newest attempt gave nothing. */
  error: Error | null;
  /** True until the answer to the path asked for has come. */
  loading: boolean;
}

/** A busy sweep sends events several times a second; a page asks again once in this time. */
const REST_MS = 2000;
/** After an answer that took the server long, the page rests this many times as long: several ask at once. */
const REST_FACTOR = 20;

/**
 * The body of `GET api/PATH`, fetched anew when an event says that it may have changed. With `null` as path nothing
 * is asked for.
 *
 * @param isStale must be a constant function or a memoised one
 */
export function useResource<Value>(
  path: string | null,
  isStale: (event: ServerEvent) => boolean = never,
): Resource<Value> {
  const [resource, setResource] = useState<Resource<Value> & { path: string | null }>({
    path,
    value: null,
    error: null,
    loading: path !== null,
  });
  const stale = useRef(isStale);
  stale.current = isStale;

  useEffect(() => {
    if (path === null) return setResource({ path, value: null, error: null, loading: false });
    return follow<Value>(
      path,
      (event) => stale.current(event),
      (next) =>
        setResource((before) => ({
          path,
          value: next.value ?? before.value,
          error: next.error,
          loading: false,
        })),
    );
  }, [path]);

  return resource.path === path ? resource : { ...resource, error: null, loading: path !== null };
}

/** True for everything about one sweep, its runs and their points included. */
export function aboutSweep(id: string): (event: ServerEvent) => boolean {
  return (event) => event.kind === 'hello' || event.sweep === id;
}

export function aboutRun(id: string): (event: ServerEvent) => boolean {
  return (event) => event.kind === 'hello' || event.run === id;
}

function never(): boolean {
  return false;
}

/** Sends one request at a time, rests between requests, and always sends one after the last event. */
function follow<Value>(
  path: string,
  isStale: (event: ServerEvent) => boolean,
  show: (next: { value: Value | null; error: Error | null }) => void,
): () => void {
  const abort = new AbortController();
  let busy = false;
  let again = false;
  const fetchOnce = async (): Promise<void> => {
    if (busy) return void (again = true);
    busy = true;
    again = false;
    const asked = performance.now();
    await get<Value>(path, abort.signal).then(
      (value) => show({ value, error: null }),
      (error: Error) => {
        if (!abort.signal.aborted) show({ value: null, error });
      },
    );
    await new Promise((resolve) => setTimeout(resolve, Math.max(REST_MS, REST_FACTOR * (performance.now() - asked))));
    busy = false;
    if (again && !abort.signal.aborted) await fetchOnce();
  };
  const unsubscribe = subscribe((event) => {
    if (isStale(event)) void fetchOnce();
  });
  void fetchOnce();
  return () => {
    abort.abort();
    unsubscribe();
  };
}
