import { Silence } from '../../store/database/silence.ts';

/** Milliseconds between two looks, at most. */
const LOOK = 1_000;

/** Watches somebody who has something to do, until it is done. */
export interface Watchdog {
  /** There was a sign of life. @returns milliseconds of silence before it */
  sign(): number;
  end(): void;
}

/**
 * @param limit gives how many milliseconds of silence are allowed now
 * @param bark is called once where there were more
 */
export function watch(limit: () => number, bark: (silence: number) => void): Watchdog {
  const every = Math.min(LOOK, limit() / 10);
  const silence = new Silence(5 * every);
  const timer = setInterval(() => {
    const milliseconds = silence.look();
    if (milliseconds <= limit()) return;
    clearInterval(timer);
    bark(milliseconds);
  }, every);
  return { sign: () => silence.end(), end: () => clearInterval(timer) };
}
