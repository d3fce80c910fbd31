import { setTimeout as wait } from 'node:timers/promises';
import { OutsideError } from '../../sweep/user-error.ts';
import { askServer } from './connect.ts';
import type { DatabaseAddress } from './database-address.ts';
import type { ServerProgram } from './find-server.ts';
import { startServer, type ServerProcess } from './server-process.ts';

export interface KeptServer {
  /** When it is over: null after `stop`, else why it was given up. */
  exited: Promise<string | null>;
  /** Ends it. What waits in the queues is kept in its folder. */
  stop(): Promise<void>;
}

interface Kept {
  program: ServerProgram;
  folder: string;
  address: DatabaseAddress;
  certificate: string | null;
  log: (sentence: string) => void;
}

/** How long a server may take to read its queues at its start, in milliseconds. */
const READY_WITHIN = 120_000;

/** A dead server is started again after these times, in milliseconds; after the last one it is given up. */
const RESTART_AFTER = [0, 500, 2000, 5000, 10_000];

/** A server that was there for so long had started well, in milliseconds. */
const WELL_AFTER = 60_000;

/** Starts a server, waits until it answers, and starts it again in its place whenever it dies. */
export async function keepServer(kept: Kept): Promise<KeptServer> {
  const { program, folder } = kept;
  let server = startServer(program.program, folder);
  const stopped = new AbortController();
  await untilReady(server, kept);

  async function supervise(): Promise<string | null> {
    for (let deaths = 0; ; deaths++) {
      const since = performance.now();
      const said = await server.ended;
      if (stopped.signal.aborted) return null;
      if (performance.now() - since > WELL_AFTER) deaths = 0;
      const pause = RESTART_AFTER[deaths];
      if (pause === undefined) return `the broker's ${program.name} ends as soon as it is started:\n${said}`;
      kept.log(`The broker's ${program.name} has ended and is started again. Its last lines:\n${said}`);
      await wait(pause, undefined, { signal: stopped.signal }).catch(() => {});
      if (stopped.signal.aborted) return null;
      server = startServer(program.program, folder);
    }
  }

  const exited = supervise();
  return {
    exited,
    async stop() {
      stopped.abort();
      await server.end();
      await exited;
    },
  };
}

async function untilReady(server: ServerProcess, { program, folder, address, certificate }: Kept): Promise<void> {
  const over = new AbortController();
  const late = setTimeout(() => over.abort(), READY_WITHIN);
  try {
    const died = server.ended.then((said) => {
      throw new OutsideError(
        `Cannot start a broker: ${program.program} ended at once. It says:\n${said}\n` +
          `Its queues are in ${folder}; without that folder it begins anew, and what is to be done is sent again`,
      );
    });
    await Promise.race([died, untilAnswer(address, certificate, over.signal)]);
  } catch (error) {
    await server.end();
    throw error;
  } finally {
    clearTimeout(late);
    over.abort();
  }
}

async function untilAnswer(address: DatabaseAddress, certificate: string | null, over: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await askServer(address, certificate, (server) => server.ping());
      return;
    } catch (error) {
      if (over.aborted) throw error;
      await wait(50);
    }
  }
}
