import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a request may take to arrive, in ms. */
export const REQUEST_TIMEOUT = 30_000;
const MOST_CONNECTIONS = 1_000;
/** Requests of one connection that wait for their answers. Browsers send one at a time. */
const MOST_PIPELINED = 4;
/** Bytes of all answers together that wait for their readers. */
const MOST_HELD = 256 * 2 ** 20;

interface SendLimits {
  /** For so long a reader may take nothing of an answer, in ms. */
  idle: number;
  /** For so long an answer may be on its way, in ms. */
  whole: number;
}
const SEND_LIMITS: SendLimits = { idle: 30_000, whole: 600_000 };

/** Answers requests by `app`, and ends connections that would hold places or memory for nothing. */
export function serveBounded(server: Server, app: RequestListener, limits: SendLimits = SEND_LIMITS): void {
  server.maxConnections = MOST_CONNECTIONS;
  const asked = new WeakMap<Duplex, number>();
  const open = new Set<ServerResponse>();
  server.on('request', (request, response) => {
    const { socket } = request;
    const waiting = (asked.get(socket) ?? 0) + 1;
    if (waiting > MOST_PIPELINED) return void socket.destroy();
    asked.set(socket, waiting);
    open.add(response);
    response.once('close', () => {
      const others = asked.get(socket)! - 1;
      asked.set(socket, others);
      open.delete(response);
      // What limited the sending of this answer must not end the connection while the next one is computed.
      const isSending = [...open].some((other) => other.req.socket === socket && other.writableEnded);
      if (others > 0 && !isSending) socket.setTimeout(0);
    });
    response.once('prefinish', () => {
      limitSending(response, limits);
      giveUpLargest(open);
    });
    giveUpLargest(open);
    app(request, response);
  });
  server.on('clientError', refuseUnreadable);
}

/** An answer is held until it is read, so its reader has to get on with it. */
function limitSending(response: ServerResponse, { idle, whole }: SendLimits): void {
  // Without a listener the connection is ended; Node sets its own time once the answer is gone.
  response.setTimeout(idle);
  const timer = setTimeout(() => response.destroy(), whole).unref();
  response.once('close', () => clearTimeout(timer));
}

function giveUpLargest(open: Set<ServerResponse>): void {
  for (let bytes = held(open); bytes > MOST_HELD; bytes = held(open)) {
    const largest = [...open].reduce((a, b) => (b.writableLength > a.writableLength ? b : a));
    open.delete(largest);
    largest.destroy();
  }
}

function held(open: Set<ServerResponse>): number {
  let bytes = 0;
  for (const { writableLength } of open) bytes += writableLength;
  return bytes;
}

/** What Node could not read as a request. */
const UNREADABLE: Record<string, [status: string, message: string]> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'Cannot read the request: its address and headers are larger than 16 KiB',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    `Cannot read the request: it did not arrive within ${REQUEST_TIMEOUT / 1000} s`,
  ],
};

function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  const [status, message] = UNREADABLE[error.code ?? ''] ?? [
    '400 Bad Request',
    'Cannot read the request: not HTTP/1.1',
  ];
  const code = status.slice(4).toLowerCase().replaceAll(' ', '-');
  const body = JSON.stringify({ error: { code, message } });
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `X-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
