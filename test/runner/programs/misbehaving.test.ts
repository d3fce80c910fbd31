import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { cosweep, cosweepHere, start } from '../../helpers/cosweep.ts';
import { programsIn } from '../../helpers/programs-in.ts';
import { countRuns } from '../snapshot.ts';
import { temporaryFolder } from '../study.ts';
import { writeProgramStudy } from './program-study.ts';

/** How a program breaks the protocol → what its run says then. */
const MISTAKES: Record<string, RegExp> = {
  'prints garbage': /out\.jsonl line 7: found "Traceback: this is no JSON", wanted an object of JSON/,
  'reports another stage': /out\.jsonl line 7: found batch 100000, wanted a whole number from 0 to 40/,
  'reports text': /out\.jsonl line 7: found "high" as train\/total, wanted a number/,
  'names it badly': /out\.jsonl line 7: found the metric "loss", wanted a name such as train\/total/,
  'says done too early': /out\.jsonl line 7: found done 6, wanted 40/,
  'two ranks': /out\.jsonl line 3: found train\/total at batch 0 after batch 0, wanted each batch once .*RANK 0/,
  'writes one long line': /out\.jsonl: found a line of more than 1048576 characters/,
  'saves nothing': /said that it had saved batch 40, and there is no folder save\/40/,
  'says nothing at the end': /ended \(exit code 0\), wanted \{"done": 40\} in out\.jsonl before it/,
  'goes on after the end': /out\.jsonl line \d+: found a line after the last one, wanted none/,
  'fails at the end': /said that it was done, and ended \(exit code 3\):\nRuntimeError: the last words of it/,
};

interface RunRow {
  armName: string;
  state: string;
  error: string | null;
  metrics: Record<string, { last: number | null }>;
}

/** A sweep of one seed over ways to behave. */
function writeBehaviours(folder: string, behaviours: string[], program: object = {}, training: object = {}): string {
  const file = writeProgramStudy(folder, { seeds: 1, program, training: { ...training, behave: '' } });
  const definition = JSON.parse(readFileSync(file, 'utf8'));
  definition.parameters = { 'training.behave': { values: behaviours } };
  writeFileSync(file, JSON.stringify(definition));
  return file;
}

test('each mistake of a program is told with its line, and what others train is not touched by it', async () => {
  const folder = temporaryFolder();
  const behaviours = ['', ...Object.keys(MISTAKES), 'floods', 'diverges', 'diverged before'];
  const db = join(folder, 'study.db');
  const file = writeBehaviours(folder, behaviours);
  const { code, stderr } = await cosweep(['run', file, '--workers', '2'], { db });
  expect(code, stderr).toBe(1);
  const runs = await cosweepHere<RunRow[]>(['runs', 'latest'], { db });
  const run = (behave: string) => runs[behaviours.indexOf(behave)]!;
  for (const [mistake, wanted] of Object.entries(MISTAKES)) {
    expect(run(mistake).state, mistake).toBe('failed');
    expect(run(mistake).error, mistake).toMatch(wanted);
    expect(run(mistake).error, mistake).toMatch(/\(tried 3 times\)$/);
  }
  for (const fine of ['', 'floods']) expect(run(fine), fine).toMatchObject({ state: 'complete', error: null });
  expect(run('floods').metrics).toEqual(run('').metrics);
  expect(run('diverges')).toMatchObject({ state: 'diverged' });
  expect(run('diverges').error).toMatch(/batch 7/);
  expect(run('diverged before')).toMatchObject({ state: 'diverged', error: expect.stringMatching(/batch 3/) });
  // Twenty megabytes of lines are cut in the log, which keeps its beginning and its end.
  const logs = readdirSync(`${db}.logs`, { recursive: true }).map((name) => join(`${db}.logs`, String(name)));
  const sizes = logs
    .map((path) => statSync(path))
    .filter((found) => found.isFile())
    .map(({ size }) => size);
  expect(Math.max(...sizes)).toBeLessThan(11e6);
});

test('a program that says nothing any more is killed, and says why', async () => {
  const folder = temporaryFolder();
  const file = writeBehaviours(folder, ['hangs'], { timeout: 3 });
  const db = join(folder, 'study.db');
  expect((await cosweep(['run', file, '--no-share'], { db })).code).toBe(1);
  const [run] = await cosweepHere<RunRow[]>(['runs', 'latest'], { db });
  expect(run!.error).toMatch(/reported nothing for \d+ s and was killed \(training\.program\.timeout\)/);
});

test('a program that ignores SIGTERM is killed after its grace, with all that it started', async () => {
  const folder = temporaryFolder();
  const file = writeBehaviours(folder, ['ignores SIGTERM'], { grace: 1 }, { pause: 20, batches: 100_000 });
  const db = join(folder, 'study.db');
  const run = start(['run', file, '--no-share'], { db });
  await run.until('it trains', () => countRuns(db, 'running') === 1);
  await vi.waitFor(() => expect(programsIn(`${db}.programs/stages`).length).toBeGreaterThan(0), { timeout: 30_000 });
  run.pressCtrlC();
  expect((await run.ended).code).toBe(130);
  await vi.waitFor(() => expect(programsIn(`${db}.programs/stages`)).toEqual([]), { timeout: 10_000 });
});

test('it gets of the environment what programs need and what its definition asks for, and no secret', async () => {
  const folder = temporaryFolder();
  const file = writeBehaviours(folder, ['looks around'], { env: ['ASKED_FOR', 'COSWEEP_TOKEN'] });
  const db = join(folder, 'study.db');
  vi.stubEnv('COSWEEP_TOKEN', 'secret');
  vi.stubEnv('ASKED_FOR', 'given');
  vi.stubEnv('NOT_ASKED_FOR', 'kept');
  const { code, stderr } = await cosweep(['run', file], { db });
  vi.unstubAllEnvs();
  expect(code, stderr).toBe(0);
  const { versions } = await cosweepHere<{ versions: Record<string, string> }>(['show', 'r1'], { db });
  const copy = join(
    `${db}.programs`,
    readdirSync(`${db}.programs`).find((name) => name !== 'stages')!,
  );
  expect(versions).toEqual({ asked: 'given', other: 'nothing', token: 'nothing', home: folder, copy });
});
