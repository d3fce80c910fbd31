import { getCurvesRoute } from '../../server/http/handlers/get-curves.ts';
import { refuseTooLarge } from '../../server/http/handlers/get-probe.ts';
import { refuseTooManySums, resultsFor } from '../../server/http/results-for.ts';
import type { Context } from '../../server/http/route.ts';
import type { ErrorResponse } from '../../server/http/schemas/error.ts';
import { startProgram } from '../http/start-program.ts';
import { ProcessPool } from '../../server/http/processes/process-pool.ts';
import type { Storage } from '../../server/store/database/storage.ts';
import type { SweepRecord } from '../../server/store/reading/read-sweep.ts';
import { makePlan } from '../store/support.ts';
import type { LimitCase } from './limit-case.ts';

export const answerLimits: LimitCase[] = [
  {
    what: 'answer: runs with curves (`runs`)',
    error: () =>
      getCurvesRoute.query.safeParse({ runs: runs(1_001), metric: 'val/accuracy' }).error!.issues[0]!.message,
  },
  {
    what: 'answer: runs × metrics × columns of curves',
    error: () => messageOf(() => askCurves({} as Storage, runs(1_000), 4_001)),
  },
  { what: 'answer: points of curves', error: () => messageOf(() => askCurves(longCurve(5_000_001), 'r1', 800)) },
  {
    what: 'answer: points that a table or a comparison is computed from',
    error: () => messageOf(() => resultsFor({} as Storage, sweepOf(10_000_001), ['train/total'])),
  },
  {
    what: 'answer: sums of the tests of a table',
    error: () => messageOf(() => refuseTooManySums({ id: 's1', arms: 19_074, seeds: 20 }, 1)),
  },
  {
    what: 'answer: points of a probe',
    error: () => messageOf(() => refuseTooLarge('s1', makePlan([{ beta: 0.1 }], [1], 'long', 3_333_334).arms, 1)),
  },
  {
    what: 'answer: values of a probe, one for each batch, switch batch and seed',
    error: () => messageOf(() => refuseTooLarge('s1', manySwitches(1_001, 100_000), 1)),
  },
  { what: 'answer: time', error: () => askProcess('for (;;);', { timeLimit: 100 }) },
  {
    what: 'answer: memory',
    error: () => askProcess('for (const all = []; ; ) all.push(new Array(1000).fill({}));', {}),
  },
];

const runs = (count: number) => Array.from({ length: count }, (_, i) => `r${i + 1}`).join(',');

function askCurves(storage: Storage, written: string, width: number): unknown {
  const query = { runs: written.split(','), metric: ['val/accuracy'], from: 0, width };
  return getCurvesRoute.handle({ storage } as Context, { params: {}, query: query as never, body: {} });
}

/** A database with one run of one stage, as far as curves look at it. */
function longCurve(points: number): Storage {
  const answers: [part: string, answer: unknown][] = [
    ['FROM "Sweep"', []],
    ['"Metric" WHERE', [{ id: 1, epsilon: null }]],
    ['"RunStage"', [[1, null, null, 1]]],
    ['lastBatch', 1],
    ['SELECT count(*) FROM (', points],
    ['SELECT count(*), count(value)', [points, points, 0, 0]],
    ['SELECT batch, value', [0, 0]],
  ];
  return {
    prepare(sql: string) {
      const answer = () => answers.find(([part]) => sql.includes(part))![1];
      const statement = { all: answer, get: answer, raw: () => statement, pluck: () => statement };
      return statement;
    },
  } as unknown as Storage;
}

function sweepOf(batches: number): SweepRecord {
  const { arms } = makePlan([{}]);
  return { id: 's1', batches, armList: arms, counts: { complete: 1 } } as unknown as SweepRecord;
}

const manySwitches = (count: number, batches: number) =>
  makePlan(
    Array.from({ length: count }, (_, i) => ({ beta: 0.1, N: i + 1 })),
    [1],
    'many',
    batches,
  ).arms;

/** What a client is told by a process that does this with every request. */
async function askProcess(work: string, options: { timeLimit?: number }): Promise<string> {
  const pool = new ProcessPool({
    start: () => startProgram(`process.on('message', () => { ${work} });`),
    most: 1,
    actions: { startRun: async () => {}, doctor: () => Promise.reject(new Error('not asked')) },
    report: () => {},
    ...options,
  });
  const request = { params: {}, query: {}, body: null };
  const { body } = await pool.answer({ route: 'get /', request }, new AbortController().signal);
  await pool.close();
  return (body as ErrorResponse).error.message;
}

function messageOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
}
