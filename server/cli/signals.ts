/** The exit codes that a shell expects of a process that a signal ended. */
export const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export type StopSignal = keyof typeof SIGNAL_EXIT_CODES;

/** Waits for Ctrl-C or a request to end. A second signal, while things are put away, ends the process at once. */
export function waitForSignal(): Promise<StopSignal> {
  return new Promise((resolve) => {
    const signals = Object.keys(SIGNAL_EXIT_CODES) as StopSignal[];
    for (const signal of signals) {
      process.once(signal, () => {
        for (const each of signals) process.on(each, () => process.exit(SIGNAL_EXIT_CODES[each]));
        resolve(signal);
      });
    }
  });
}
