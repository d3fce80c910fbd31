import { gunzip, gzipSync } from 'node:zlib';
import { promisify } from 'node:util';
import type { Reply } from './route.ts';

/** Shorter answers fit into one packet of a network either way. */
const LEAST_BYTES = 1_400;
/** Half the time of the usual level, for some percent more. */
const LEVEL = 4;

/** Compresses the body of an answer, where that pays. */
export function compress<Sent extends Reply<Uint8Array>>(reply: Sent): Sent {
  return reply.body.byteLength < LEAST_BYTES
    ? reply
    : { ...reply, body: gzipSync(reply.body, { level: LEVEL }), encoding: 'gzip' };
}

const inflate = promisify(gunzip);

/** An answer as its reader can take it. Nearly all take gzip, so answers are made and kept so. */
export async function forReader(reply: Reply, takesGzip: boolean): Promise<Reply> {
  if (reply.encoding === undefined || takesGzip) return reply;
  const { encoding: _, ...rest } = reply;
  return { ...rest, body: await inflate(reply.body as Uint8Array) };
}
