import { setTimeout as sleep } from 'node:timers/promises';
import { HttpError } from './http-error.ts';

/** Whoever guesses tokens waits for each answer, and longer each time. */
export interface Guesses {
  /** Waits before a wrong token from this address is answered. Throws where too many wait already. */
  slowDown(address: string): Promise<void>;
}

/** Wrong tokens that are answered at once: a mistyped one, a tab of an earlier start. */
const FREE = 5;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 3_000;
/** Who has not guessed for so long is forgotten. */
const FORGET_MS = 15 * 60_000;
const MOST_ADDRESSES = 1_000;
/** An answer that waits holds a connection, and others need some too. */
const MOST_WAITING = 100;

/**
 * The right token is compared first and never comes here, so nobody is locked out, from whatever address guesses come.
 * What makes guessing hopeless is the token's length.
 */
export function slowGuesses(now: () => number = Date.now, wait: (ms: number) => Promise<unknown> = waitFor): Guesses {
  // Ordered by the last guess: the first is the one to forget.
  const seen = new Map<string, { guesses: number; last: number }>();
  let waiting = 0;

  function count(address: string): number {
    const key = networkOf(address);
    const before = seen.get(key);
    const guesses = before === undefined || now() - before.last > FORGET_MS ? 1 : before.guesses + 1;
    seen.delete(key);
    seen.set(key, { guesses, last: now() });
    if (seen.size > MOST_ADDRESSES) seen.delete(seen.keys().next().value!);
    return guesses;
  }

  return {
    async slowDown(address) {
      const beyond = count(address) - FREE;
      if (beyond <= 0) return;
      if (waiting >= MOST_WAITING)
        throw new HttpError(
          'too-many-requests',
          `Cannot answer: ${waiting} wrong tokens wait for their answer already`,
        );
      waiting++;
      await wait(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (beyond - 1)));
      waiting--;
    },
  };
}

/** A server that ends does not wait for guessers. */
function waitFor(ms: number): Promise<unknown> {
  return sleep(ms, undefined, { ref: false });
}

/** An address of IPv6 is one of 2⁶⁴ that its owner can choose from, so their network counts: its first four groups. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head, tail] = address.split('::').map((part) => part.split(':'));
  const missing = tail === undefined ? 0 : 8 - head!.length - tail.length;
  return [...head!, ...Array<string>(Math.max(0, missing)).fill('0'), ...(tail ?? [])].slice(0, 4).join(':');
}
