import { useEffect, useState } from 'preact/hooks';
import type { ServerEvent } from '../../server/http/schemas/event.ts';
import { apiAddress } from './api.ts';

export type Connection = 'connecting' | 'live' | 'lost';

const listeners = new Set<(event: ServerEvent) => void>();
const watchers = new Set<(connection: Connection) => void>();
let connection: Connection = 'connecting';
let source: EventSource | null = null;
let started = false;

/**
 * Calls `listener` with every event until the returned function is called. All pages share one connection. A hidden tab
 * holds none; once it is seen again, it gets a `hello`.
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

/**
 * A browser opens six connections to one server, for all its tabs together. Six open streams would leave none to load a
 * page with, so a hidden tab closes its stream.
 */
function start(): void {
  started = true;
  const follow = (): void => {
    if (document.hidden) close();
    else if (source === null) open();
  };
  document.addEventListener('visibilitychange', follow);
  follow();
}

function open(): void {
  const opened = new EventSource(apiAddress('events'));
  source = opened;
  opened.onmessage = (message: MessageEvent<string>) => {
    const event = JSON.parse(message.data) as ServerEvent;
    if (event.kind === 'hello') change('live');
    for (const listener of listeners) listener(event);
  };
  opened.onerror = () => {
    change('lost');
    // The browser retries a connection that broke. It does not retry one that was answered with an error, as by a proxy
    // while we restart.
    if (opened.readyState === EventSource.CLOSED)
      setTimeout(() => {
        if (source === opened) open();
      }, 5000);
  };
}

function close(): void {
  source?.close();
  source = null;
}

function change(next: Connection): void {
  connection = next;
  for (const watcher of watchers) watcher(next);
}
