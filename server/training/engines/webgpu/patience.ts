/**
 * Of how long a wait has lasted already, what goes by before the GPU is asked again: so much longer does it seem to
 * take at most.
 */
const SHARE = 1 / 50;

/** In milliseconds: a long wait is still answered soon. */
const LONGEST_PAUSE = 2;

type Immediate = (callback: (...args: unknown[]) => void, ...args: unknown[]) => NodeJS.Immediate;

/** What a wait needs of the outside. */
export interface Clock {
  now(): number;
  /** Gives the processor away. @param milliseconds parts of one too */
  sleep(milliseconds: number): void;
}

let patient = false;

/**
 * While Dawn waits for a GPU it asks it in every turn of the event loop, by the global `setImmediate`. That keeps a
 * core busy, which a GPU that is software needs itself, and makes garbage by the hundred megabytes a second, whose
 * collection then delays the next step. From here on it asks less often the longer it has waited; what JavaScript asks
 * for by `setImmediate` is left as it is.
 */
export function makeDawnPatient(): void {
  if (!patient)
    globalThis.setImmediate = patiently(globalThis.setImmediate as Immediate, new ThreadClock()) as typeof setImmediate;
  patient = true;
}

/** `setImmediate` that makes functions of native code wait, as long as they ask for another turn in every turn. */
export function patiently(immediate: Immediate, clock: Clock): Immediate {
  let since: number | null = null;
  let again = false;
  const replaced: Immediate = (callback, ...args) => {
    if (!isOfAddon(callback)) return immediate(callback, ...args);
    again = true;
    return immediate(() => {
      since ??= clock.now();
      clock.sleep(Math.min((clock.now() - since) * SHARE, LONGEST_PAUSE));
      again = false;
      try {
        callback(...args);
      } finally {
        if (!again) since = null;
      }
    });
  };
  // Node's own keeps the form that makes a promise there.
  return Object.defineProperties(replaced, Object.getOwnPropertyDescriptors(immediate));
}

/**
 * An addon's functions have neither a name nor parameters; of JavaScript's own native ones, those that settle a promise
 * take a value.
 */
function isOfAddon(callback: unknown): boolean {
  return (
    typeof callback === 'function' &&
    callback.name === '' &&
    callback.length === 0 &&
    /^function \(\) \{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(callback))
  );
}

class ThreadClock implements Clock {
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));

  now(): number {
    return performance.now();
  }

  sleep(milliseconds: number): void {
    Atomics.wait(this.#cell, 0, 0, milliseconds);
  }
}
