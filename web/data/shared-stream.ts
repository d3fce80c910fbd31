import type { ServerEvent } from '../../server/http/schemas/event.ts';
import { openStream, type Connection, type StreamListener } from './event-stream.ts';

type Message =
  | { kind: 'event'; event: ServerEvent }
  | { kind: 'connection'; connection: Connection }
  /** From a tab that has just come: how is the connection? */
  | { kind: 'ask' };

/**
 * Follows the stream of events that all tabs of this dashboard share. A browser opens six connections to one server, so
 * six streams would leave none to load a page with. Whoever gets the lock holds the stream and tells the others; when
 * it leaves, the next one opens a stream, whose `hello` lets everybody ask anew. Where the browser has no locks, which
 * it offers to this machine and over HTTPS alone, each tab has its own stream.
 *
 * @returns leaves
 */
export function followStream(listener: StreamListener): () => void {
  if (!('locks' in navigator) || !('BroadcastChannel' in globalThis)) return openStream(listener);
  const name = `cosweep events ${document.baseURI}`;
  const channel = new BroadcastChannel(name);
  const say = (message: Message): void => channel.postMessage(message);
  const left = new AbortController();
  /** Of the stream that this tab holds; null where another holds it. */
  let held: Connection | null = null;
  let isWelcome = false;

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'ask') return void (held !== null && say({ kind: 'connection', connection: held }));
    if (data.kind === 'event') return listener.event(data.event);
    listener.connection(data.connection);
    // What happened before this tab followed the stream, it has to ask for.
    if (!isWelcome && data.connection === 'live') listener.event({ kind: 'hello' });
    isWelcome = true;
  };

  const hold = (): Promise<void> =>
    new Promise((release) => {
      if (left.signal.aborted) return release();
      held = 'connecting';
      const close = openStream({
        event(event) {
          listener.event(event);
          say({ kind: 'event', event });
        },
        connection(connection) {
          held = connection;
          listener.connection(connection);
          say({ kind: 'connection', connection });
        },
      });
      left.signal.addEventListener('abort', () => {
        close();
        release();
      });
    });
  // Whoever leaves before it is its turn gives up waiting.
  navigator.locks.request(name, { signal: left.signal }, hold).catch(() => {});
  say({ kind: 'ask' });
  return () => {
    left.abort();
    channel.close();
  };
}
