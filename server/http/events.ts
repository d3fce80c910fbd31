import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChangeFeed } from './change-feed.ts';
import { HttpError } from './http-error.ts';
import type { ServerEvent } from './schemas/event.ts';

/** The open connections of `GET /events`. */
export interface EventStreams {
  /** Sends every change as a server-sent event until either side ends the connection. */
  open(request: IncomingMessage, response: ServerResponse): void;
  /** Says goodbye and ends all connections. They never end by themselves, and a shutdown would wait for them. */
  close(): void;
}

/**
 * Proxies cut a connection that is silent for a minute. A comment line keeps it open and is no event to the browser.
 */
const HEARTBEAT_MS = 15_000;
const MOST_STREAMS = 200;
/**
 * A reader with so many unread bytes is dropped. A browser that still lives connects again and reads everything anew.
 */
const MOST_UNSENT = 256 * 1024;

export function makeEventStreams(feed: ChangeFeed): EventStreams {
  const streams = new Set<ServerResponse>();

  return {
    open(request, response) {
      if (streams.size >= MOST_STREAMS)
        throw new HttpError('unavailable', `Cannot open another event stream: ${streams.size} are open`);
      // Answers of a connection go out one after the other: this one would wait for an earlier one, perhaps for ever.
      if (response.socket === null) return void request.socket.destroy();
      response.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      });
      if (request.method === 'HEAD') return void response.end();
      send(response, 'retry: 1000\n');
      tell(response, { kind: 'hello' });
      const unsubscribe = feed.subscribe((event) => tell(response, event));
      const heartbeat = setInterval(() => send(response, ': still here\n\n'), HEARTBEAT_MS);
      streams.add(response);
      response.once('close', () => {
        clearInterval(heartbeat);
        unsubscribe();
        streams.delete(response);
      });
    },
    close() {
      for (const response of streams) {
        tell(response, { kind: 'closing' });
        response.end();
      }
    },
  };
}

function tell(response: ServerResponse, event: ServerEvent): void {
  send(response, `data: ${JSON.stringify(event)}\n\n`);
}

function send(response: ServerResponse, text: string): void {
  if (response.writableLength > MOST_UNSENT) response.destroy();
  else response.write(text);
}
