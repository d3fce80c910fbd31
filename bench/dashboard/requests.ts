import type { Databases } from './databases.ts';
import type { Measurement } from './measurement.ts';
import { serve, total, type Served } from './served.ts';

interface Asked {
  what: string;
  path: string;
  goal: number;
  /** The goal of the same request asked again. */
  again?: number;
}

const runs = (count: number) => Array.from({ length: count }, (_, i) => `r${i + 1}`).join(',');
const curves = (what: string) => `curves?metric=train/total&width=1000&${what}`;

const REQUESTS: Record<keyof Databases, Asked[]> = {
  a: [
    { what: 'list of sweeps', path: 'sweeps', goal: 100 },
    { what: 'sweep', path: 'sweeps/s1', goal: 100 },
    { what: 'runs by last value', path: 'sweeps/s1/runs?sort=last:val/accuracy', goal: 200 },
    { what: 'runs by name and state', path: 'sweeps/s1/runs?q=beta&state=complete', goal: 200 },
    { what: 'curves of 1,000 runs', path: `curves?metric=val/accuracy&runs=${runs(1_000)}`, goal: 1_000 },
    { what: 'verdict', path: 'sweeps/s1/verdict', goal: 3_000, again: 100 },
    { what: 'table', path: 'sweeps/s1/ablation?format=page', goal: 3_000, again: 100 },
    { what: 'pairs', path: 'sweeps/s1/pairs', goal: 3_000, again: 100 },
    { what: 'pairs of one arm', path: 'sweeps/s1/pairs?arm=1', goal: 300 },
    { what: 'stages', path: 'sweeps/s1/stages', goal: 1_000 },
  ],
  b: [
    { what: 'sweep', path: 'sweeps/s1', goal: 100 },
    { what: 'a million points', path: curves('runs=r1'), goal: 300 },
    { what: 'zoomed to 2,000 batches', path: curves('runs=r1&from=600000&to=601999'), goal: 20 },
  ],
  c: [
    { what: 'list of sweeps', path: 'sweeps', goal: 100 },
    { what: 'list of sweeps, last page', path: 'sweeps?page=20', goal: 100 },
  ],
};

/** What all processes of the server may have together, in MB; and what the curve of a million points may add. */
const MEMORY = { all: 400, curve: 200 };
const WAIT = 100;

export async function* measureRequests(databases: Databases): AsyncGenerator<Measurement> {
  for (const [database, requests] of Object.entries(REQUESTS) as [keyof Databases, Asked[]][]) {
    const served = await serve(databases[database]);
    try {
      await time(served, 'sweeps'); // the process is there
      for (const { what, path, goal, again } of requests) {
        yield { database, what, figure: await time(served, path), goal, unit: 'ms' };
        if (again !== undefined)
          yield { database, what: `${what}, again`, figure: await time(served, path), goal: again, unit: 'ms' };
      }
      if (database === 'a') yield await longestWait(served);
      const processes = served.most();
      const which = Object.entries(processes).map(([role, megabytes]) => `${role} ${megabytes.toFixed(0)}`);
      if (which.length > 0) {
        console.log(`   memory: ${which.join(', ')} MB`);
        yield { database, what: 'memory of all processes', figure: total(processes), goal: MEMORY.all, unit: 'MB' };
      }
    } finally {
      await served.stop();
    }
  }
}

/** Milliseconds until all of an answer is there. */
async function time(served: Served, path: string): Promise<number> {
  const start = performance.now();
  const response = await fetch(`${served.url}api/${path}`, { headers: served.headers });
  const body = await response.text();
  if (!response.ok) throw new Error(`${path}: ${body.slice(0, 500)}`);
  return performance.now() - start;
}

/** How long the list of sweeps takes at most while the heaviest answers are computed. */
async function longestWait(served: Served): Promise<Measurement> {
  let isBusy = true;
  const heavy = ['ablation?at=best', 'pairs?at=best', 'verdict?at=best'].map((path) =>
    time(served, `sweeps/s1/${path}`),
  );
  const done = Promise.all(heavy).finally(() => (isBusy = false));
  let figure = 0;
  while (isBusy) {
    figure = Math.max(figure, await time(served, 'sweeps'));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await done;
  return { database: 'a', what: 'list of sweeps beside heavy answers', figure, goal: WAIT, unit: 'ms' };
}
