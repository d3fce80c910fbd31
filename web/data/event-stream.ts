import type { ServerEvent } from '../../server/http/schemas/event.ts';
import { apiAddress } from './api.ts';

export type Connection = 'connecting' | 'live' | 'lost';

export interface StreamListener {
  event(event: ServerEvent): void;
  connection(connection: Connection): void;
}

/** How long after an answer that was an error the stream is opened again, in ms. */
const RETRY_MS = 5_000;

/**
 * Opens the server's stream of events.
 *
 * @returns closes it
 */
export function openStream(listener: StreamListener): () => void {
  let source: EventSource | null = null;
  const open = (): void => {
    const opened = new EventSource(apiAddress('events'));
    source = opened;
    opened.onmessage = (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as ServerEvent;
      if (event.kind === 'hello') listener.connection('live');
      listener.event(event);
    };
    opened.onerror = () => {
      listener.connection('lost');
      // The browser retries a connection that broke. It does not retry one that was answered with an error, as by a
      // proxy while we restart.
      if (opened.readyState === EventSource.CLOSED) setTimeout(() => void (source === opened && open()), RETRY_MS);
    };
  };
  open();
  return () => {
    source?.close();
    source = null;
  };
}
