import { spawn } from 'node:child_process';
import type { SplitImages } from './images.ts';

/** What every part is given. */
export interface Bench {
  /** A folder for what the parts make; it is removed at the end. */
  folder: string;
  /** The checkout, or the unpacked archive. */
  project: string;
  images: SplitImages;
  /** Networks whose steps are timed. */
  networks: string[];
  /** Network and batches of the sweep. */
  network: string;
  batches: number;
  budget: Budget;
}

/** How a part ended. `cut`: the budget ended it, and `result` has what was measured until then. */
export interface Ended {
  state: 'done' | 'cut' | 'failed';
  seconds: number;
  /** Why it failed. */
  error?: string;
  result: unknown;
}

export interface Part {
  name: string;
  /** @param measured is called with what is there already, as often as there is more */
  run(bench: Bench, measured: (result: unknown) => void): Promise<void>;
}

/** The budget is used up; what is left is cut. */
export class BudgetSpent extends Error {
  override name = 'BudgetSpent';
}

/** The time that all parts have together. */
export class Budget {
  readonly #end: number;

  constructor(seconds: number) {
    this.#end = performance.now() + 1000 * seconds;
  }

  /** Milliseconds that are left. @throws BudgetSpent where there are none */
  left(): number {
    const left = this.#end - performance.now();
    if (left <= 0) throw new BudgetSpent();
    return left;
  }

  /** Waits for something, at most until the budget is used up. */
  async within<T>(work: Promise<T>, stop: () => void): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const spent = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        stop();
        reject(new BudgetSpent());
      }, this.left());
    });
    try {
      return await Promise.race([work, spent]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Runs one part and says how it ended. */
export async function runPart(part: Part, bench: Bench, store: (ended: Ended) => void): Promise<void> {
  const started = performance.now();
  let result: unknown = null;
  const end = (state: Ended['state'], error?: string) =>
    store({ state, seconds: (performance.now() - started) / 1000, ...(error === undefined ? {} : { error }), result });
  try {
    bench.budget.left();
    await part.run(bench, (measured) => {
      result = measured;
      end('cut');
    });
    end('done');
  } catch (error) {
    if (error instanceof BudgetSpent) end('cut');
    else end('failed', (error as Error).message);
  }
}

/**
 * Runs a program of Node to its end, within the budget.
 *
 * @returns what it wrote on stdout, whatever its status
 */
export async function node(
  { budget, project }: Bench,
  args: string[],
  environment: Record<string, string> = {},
): Promise<string> {
  const child = spawn(process.execPath, args, {
    cwd: project,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(text));
  });
  // With the processes that it started.
  return budget.within(ended, () => process.kill(-child.pid!, 'SIGKILL'));
}
