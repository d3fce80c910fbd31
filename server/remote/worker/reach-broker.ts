import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerAway } from '../broker/connect.ts';
import { inspectBroker } from '../broker/inspect-broker.ts';
import type { Join } from '../broker/join-file.ts';

/** In milliseconds: so long it is tried to reach a broker that does not answer. */
const PATIENCE = 40_000;

/** Milliseconds between two tries. */
const RETRY = 1_000;

interface Reaching {
  /** Aborted: it is not tried any longer. */
  stop: AbortSignal;
  log: (sentence: string) => void;
  /** In milliseconds. */
  patience?: number;
}

/**
 * Looks at the broker of a join file. One that does not answer may be about to start again, as its head may be, and is
 * tried for a while; what else is wrong is said at once.
 *
 * @returns false where it was stopped
 */
export async function reachBroker(
  { url, certificate }: Pick<Join, 'url' | 'certificate'>,
  { stop, log, patience = PATIENCE }: Reaching,
): Promise<boolean> {
  const until = performance.now() + patience;
  for (let told = false; !stop.aborted; told = true) {
    try {
      await inspectBroker(url, certificate);
      return true;
    } catch (error) {
      if (!(error instanceof BrokerAway) || performance.now() > until) throw error;
      if (!told) log(`${error.message}. It may be starting again: it is tried for ${patience / 1_000} s`);
    }
    await sleep(RETRY, undefined, { signal: stop }).catch(() => {});
  }
  return false;
}
