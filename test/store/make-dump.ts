import { execFileSync } from 'node:child_process';
import { releaseLease, takeLease } from '../../server/store/database/lease.ts';
import { openStorage } from '../../server/store/database/storage.ts';
import { commitSegment } from '../../server/store/training/commit-segment.ts';
import { startRun } from '../../server/store/training/run-state.ts';
import { finishSweep } from '../../server/store/training/sweep-turn.ts';
import { begin, makePlan, makeSegment, RECORD } from './support.ts';

/**
 * The dump of a release for test/fixtures/schemas: a database as this version makes it, with one small sweep. Every
 * release adds its own, and none is ever changed: it is what users have. Needs `sqlite3`.
 *
 *     echo go | node test/helpers/child-process.js test/store/make-dump.ts /tmp/new.db > /tmp/dump.json
 *
 * writes it as a JSON string, after a line `ready`.
 */
export default async function makeDump(file: string): Promise<string> {
  const storage = await openStorage({ file, create: true });
  const taken = takeLease(storage, 'a test');
  if (!('lease' in taken)) throw new Error(`${file} is in use; wanted the name of a new file`);
  const { lease } = taken;
  const plan = makePlan([{ beta: 0 }, { beta: 0.2, N: 1, controlIndex: 0 }], [1], 'kept', 3);
  const { sweepId, tasks } = begin(storage, lease, plan, { definition: '{"name":"kept"}' });
  for (const { runId, stages } of tasks) {
    startRun(storage, lease, runId, RECORD);
    const ends = [{ runId, outcome: { state: 'complete', intraDead: null } as const }];
    commitSegment(storage, lease, makeSegment(stages[0]!.stageId, 0, 3, { ends }));
  }
  finishSweep(storage, lease, sweepId, 'complete');
  storage.raw.prepare(`UPDATE "Lease" SET pid = 1, host = 'host', machine = 'machine'`).run();
  releaseLease(storage, lease);
  await storage.close();
  return execFileSync('sqlite3', [file, '.dump'], { encoding: 'utf8' });
}
