import { SIGNAL_EXIT_CODES, type StopSignal } from './signals.ts';

/** In milliseconds: a process that takes longer to stop now is ended as it is. `cosweep run` continues that too. */
const STOPS_WITHIN = 5_000;

/** The first signal asks training to stop at its next checkpoint, the second one to stop now. */
export interface StopSignals {
  stop: AbortSignal;
  kill: AbortSignal;
  /** Exit code of the first signal; null where none came. */
  exitCode(): number | null;
  end(): void;
}

/** @param tell is called at the first signal */
export function watchStopSignals(tell: (signal: StopSignal) => void): StopSignals {
  const stop = new AbortController();
  const kill = new AbortController();
  let first: StopSignal | null = null;
  let late: NodeJS.Timeout | undefined;
  const heard = (signal: NodeJS.Signals) => {
    if (first !== null) {
      kill.abort();
      late ??= setTimeout(() => process.exit(SIGNAL_EXIT_CODES[first!]), STOPS_WITHIN);
      return;
    }
    first = signal as StopSignal;
    tell(first);
    stop.abort();
  };
  const signals = Object.keys(SIGNAL_EXIT_CODES) as StopSignal[];
  for (const signal of signals) process.on(signal, heard);
  return {
    stop: stop.signal,
    kill: kill.signal,
    exitCode: () => first && SIGNAL_EXIT_CODES[first],
    end: () => {
      clearTimeout(late);
      for (const signal of signals) process.off(signal, heard);
    },
  };
}
