import { useEffect, useState } from 'preact/hooks';
import type { ServerEvent } from '../../server/http/api.ts';
import { apiAddress } from './api.ts';

export type Connection = 'connecting' | 'live' | 'lost';

const listeners = new Set<(event: ServerEvent) => void>();
const watchers = new Set<(connection: Connection) => void>();
let connection: Connection = 'connecting';
let source: EventSource | null = null;

/** Calls `listener` with every event until the returned function is called. All pages share one connection. */
export function subscribe(listener: (event: ServerEvent) => void): () => void {
  listeners.add(listener);
  if (source === null) open();
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

function open(): void {
  source = new EventSource(apiAddress('events'));
  source.onmessage = (message: MessageEvent<string>) => {
    const event = JSON.parse(message.data) as ServerEvent;
    if (event.kind === 'hello') change('live');
    for (const listener of listeners) listener(event);
  };
  source.onerror = () => {
    change('lost');
    // The browser retries a connection that broke, but not one that was answered with an error (a proxy while we restart).
    if (source?.readyState === EventSource.CLOSED) setTimeout(open, 5000);
  };
}

function change(next: Connection): void {
  connection = next;
  for (const watcher of watchers) watcher(next);
}
