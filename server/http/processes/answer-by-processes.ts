import type { ChildProcess } from 'node:child_process';
import { currentRevision } from '../../store/database/changes.ts';
import { isReplaced } from '../../store/database/replaced.ts';
import { readSweepVersion } from '../../store/reading/sweep-version.ts';
import { answer } from '../answer.ts';
import type { Answerer } from '../answerer.ts';
import type { Context, Route } from '../route.ts';
import { KeptAnswers } from './kept-answers.ts';
import { nameOf } from './route-name.ts';
import { ProcessPool } from './process-pool.ts';
import { SharedAnswers } from './shared-answers.ts';

/**
 * `quick` reads what takes milliseconds. `heavy` reads or computes what may take seconds. `writing` waits for the lock
 * of a database that another process writes to.
 */
export type ProcessKind = 'quick' | 'heavy' | 'writing';

/** Handed in by the `serve` command: starts a process that calls `answerRequests`; its stderr is a pipe. */
export type StartProcess = (kind: ProcessKind) => ChildProcess;

/** How many processes of each kind: one that computes for a minute leaves another for a curve. */
const MOST: Record<ProcessKind, number> = { quick: 1, heavy: 2, writing: 1 };

/**
 * Answers in processes of their own, so that the server is always there for the next request: one of a kind never waits
 * for one of another. A process that takes too long, or whose client has left, is killed. Threads would not do: nothing
 * ends a thread within a statement of SQLite, and where memory is short it takes the whole server with it. Answers that
 * were long in the making are kept until their sweep changes.
 */
export function answerByProcesses(start: StartProcess, context: Context, report: (error: unknown) => void): Answerer {
  const toPool = (kind: ProcessKind) =>
    new ProcessPool({
      start: () => start(kind),
      most: MOST[kind],
      finishes: kind === 'writing',
      actions: context.actions,
      report,
    });
  const pools = { quick: toPool('quick'), heavy: toPool('heavy'), writing: toPool('writing') };
  const kept = new KeptAnswers();
  const shared = new SharedAnswers();
  pools.quick.warm();
  return {
    async answer(route, request, gone) {
      const kind = route.answeredBy ?? defaultKind(route);
      if (kind === 'server') return answer(route, context, request, report);
      const asked = JSON.stringify([nameOf(route), request.params, request.query]);
      // What is computed for one who asks is for all who ask the same before the database changes.
      const compute = () => {
        const answered = (left: AbortSignal) => pools[kind].answer({ route: nameOf(route), request }, left);
        const revision = kind === 'heavy' && route.method === 'get' ? readRevision(context) : null;
        return revision === null ? answered(gone) : shared.get(`${revision} ${asked}`, gone, answered);
      };
      // Where the database was replaced, the process says so; what is kept is of the file before.
      const isKept = route.isKept === true && isReplaced(context.storage) === null;
      const version = isKept ? readSweepVersion(context.storage, String(request.params['id'])) : null;
      if (version === null) return compute();
      return kept.get(asked, version, compute);
    },
    async close() {
      await Promise.all(Object.values(pools).map((pool) => pool.close()));
    },
  };
}

/** Null where the database cannot be read: whoever answers says why. */
function readRevision({ storage }: Context): number | null {
  try {
    return isReplaced(storage) === null ? currentRevision(storage) : null;
  } catch {
    return null;
  }
}

function defaultKind({ method }: Route): ProcessKind {
  return method === 'get' ? 'quick' : 'writing';
}
