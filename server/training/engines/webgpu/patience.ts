/**
 * A pause before the GPU is asked again lasts this share of the wait so far. A wait seems longer by that share at most.
 */
const SHARE = 1 / 50;

/** In milliseconds: a long wait is still answered soon. */
const LONGEST_PAUSE = 2;

type Immediate = (callback: (...args: unknown[]) => void, ...args: unknown[]) => NodeJS.Immediate;

/** What a wait needs of the outside. */
export interface Clock {
  now(): number;
  /**
   * Gives the processor away.
   *
   * @param milliseconds may be a fraction of one
   */
  sleep(milliseconds: number): void;
}

let patient = false;

/**
 * While Dawn waits for a GPU, it asks the GPU in every turn of the event loop, by the global `setImmediate`. That keeps
 * a core busy, which a GPU in software needs itself. It also makes garbage, hundreds of megabytes a second, whose
 * collection then delays the next step. After this call Dawn asks less often the longer it has waited. `setImmediate`
 * stays as it is for functions of JavaScript.
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
  // Among the properties of Node's own function is the form of it that makes a promise.
  return Object.defineProperties(replaced, Object.getOwnPropertyDescriptors(immediate));
}

/**
 * Whether a function is an addon's: native, with neither a name nor parameters. Of JavaScript's own native functions,
 * those that settle a promise have no name either, but take a value.
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
