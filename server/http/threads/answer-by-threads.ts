import type { Worker } from 'node:worker_threads';
import { isReplaced } from '../../store/database/replaced.ts';
import { readSweepVersion } from '../../store/reading/sweep-version.ts';
import { answer } from '../answer.ts';
import type { Answerer } from '../answerer.ts';
import type { Context, Route } from '../route.ts';
import { KeptAnswers } from './kept-answers.ts';
import { nameOf } from './route-name.ts';
import { ThreadPool } from './thread-pool.ts';

/**
 * `quick` reads what takes milliseconds. `heavy` reads or computes what may take seconds. `writing` waits for the lock
 * of a database that another process writes to.
 */
export type ThreadKind = 'quick' | 'heavy' | 'writing';

/** Handed in by the `serve` command: starts a thread that calls `answerRequests`. */
export type StartThread = (kind: ThreadKind) => Worker;

/** How many threads of each kind: one that computes for a minute leaves another for a curve. */
const MOST: Record<ThreadKind, number> = { quick: 1, heavy: 2, writing: 1 };

/**
 * Answers in threads of their own, so that the server is always there for the next request: one of a kind never waits
 * for one of another. A thread that takes too long, or whose client has left, is ended. Answers that were long in the
 * making are kept until their sweep changes.
 */
export function answerByThreads(start: StartThread, context: Context, report: (error: unknown) => void): Answerer {
  const toPool = (kind: ThreadKind) =>
    new ThreadPool({
      start: () => start(kind),
      most: MOST[kind],
      finishes: kind === 'writing',
      actions: context.actions,
      report,
    });
  const pools = { quick: toPool('quick'), heavy: toPool('heavy'), writing: toPool('writing') };
  const kept = new KeptAnswers();
  pools.quick.warm();
  return {
    async answer(route, request, gone) {
      const kind = route.answeredBy ?? defaultKind(route);
      if (kind === 'server') return answer(route, context, request, report);
      const compute = () => pools[kind].answer({ route: nameOf(route), request }, gone);
      // Where the database was replaced, the thread says so; what is kept is of the file before.
      const isKept = route.isKept === true && isReplaced(context.storage) === null;
      const version = isKept ? readSweepVersion(context.storage, String(request.params['id'])) : null;
      if (version === null) return compute();
      return kept.get(JSON.stringify([nameOf(route), request.params, request.query]), version, compute);
    },
    async close() {
      await Promise.all(Object.values(pools).map((pool) => pool.close()));
    },
  };
}

function defaultKind({ method }: Route): ThreadKind {
  return method === 'get' ? 'quick' : 'writing';
}
