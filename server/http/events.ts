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

export function makeEventStreams(feed: ChangeFeed): EventStreams {
  const streams = new Set<ServerResponse>();

  return {
    open(request, response) {
      if (streams.size >= MOST_STREAMS)
        throw new HttpError('unavailable', `Cannot open another event stream: ${streams.size} are open`);
      response.writeHead(200, {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      });
      response.write('retry: 1000\n');
      write(response, { kind: 'hello' });
      const unsubscribe = feed.subscribe((event) => write(response, event));
      const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
      streams.add(response);
      request.on('close', () => {
        clearInterval(heartbeat);
        unsubscribe();
        streams.delete(response);
      });
    },
    close() {
      for (const response of streams) {
        write(response, { kind: 'closing' });
        response.end();
      }
    },
  };
}

function write(response: ServerResponse, event: ServerEvent): void {
  response.write(`data: ${JSON.stringify(event)}\n\n`);
}
