import { useEffect, useState } from 'preact/hooks';
import type { ServerEvent } from '../../server/http/schemas/event.ts';
import type { Connection } from './event-stream.ts';
import { followStream } from './shared-stream.ts';

const listeners = new Set<(event: ServerEvent) => void>();
const watchers = new Set<(connection: Connection) => void>();
let connection: Connection = 'connecting';
let leave: (() => void) | null = null;
let started = false;

/**
 * Calls `listener` with every event until the returned function is called. All pages share one stream. A hidden tab
 * follows none; once it is seen again, it gets a `hello`.
 */
export function subscribe(listener: (event: ServerEvent) => void): () => void {
  listeners.add(listener);
  if (!started) start();
  return () => void listeners.delete(listener);
}

export function useConnection(): Connection {
  const [value, setValue] = useState(connection);
  useEffect(() => {
    watchers.add(setValue);
    setValue(connection);
    return () => void watchers.delete(setValue);
  }, []);
  return value;
}

function start(): void {
  started = true;
  const follow = (): void => {
    if (document.hidden) {
      leave?.();
      leave = null;
    } else {
      leave ??= followStream({ event: tell, connection: change });
    }
  };
  document.addEventListener('visibilitychange', follow);
  follow();
}

function tell(event: ServerEvent): void {
  for (const listener of listeners) listener(event);
}

function change(next: Connection): void {
  connection = next;
  for (const watcher of watchers) watcher(next);
}
