import { programsIn } from '../../helpers/programs-in.ts';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Verdict } from '../../../server/runner/exactness/verdict.ts';
import { cosweep, cosweepHere, start, untilNoneIsLeft } from '../../helpers/cosweep.ts';
import { ask } from '../snapshot.ts';
import { temporaryFolder } from '../study.ts';
import { writeProgramStudy, type ProgramStudy } from './program-study.ts';

/** Two seeds of one arm and its control, of a program that behaves in some way. */
function write(folder: string, behave = '', { training, ...more }: ProgramStudy = {}): string {
  return writeProgramStudy(folder, { ...more, training: { pause: 3, batches: 100, behave, ...training } });
}

/** What the command finds, with its exit code; what it leaves in the folder for temporary files is looked for too. */
async function check(file: string): Promise<{ code: number | null; verdict: Verdict }> {
  const { code, stdout, stderr } = await cosweep(['engine', 'check', file, '--json'], { cwd: temporaryFolder() });
  expect(stdout, stderr).not.toBe('');
  return { code, verdict: JSON.parse(stdout) as Verdict };
}

/** The weight of the fixture after the first batches of seed 0 and β 0.2 from batch 20 on. */
function weightAfter(batches: number, { from = 0, weight = 1 } = {}): number {
  for (let t = from; t < batches; t++) weight = 0.99 * weight + 0.1 * Math.sin(t) + (t >= 20 ? 0.2 : 0) * Math.cos(t);
  return weight;
}

test('a program with the same bits after a fork, a stop and a kill is exact', async () => {
  const folder = temporaryFolder();
  const { code, verdict } = await check(write(folder));
  expect(verdict).toMatchObject({ kind: 'exact', fork: 20, to: 40, seed: 0, device: 'an abacus', warnings: [] });
  expect(verdict.engine).toMatch(/^program:[0-9a-f]{12}$/);
  expect(code).toBe(0);
});

test('a resident one too, which is ended with what it started', async () => {
  const program = { command: [process.execPath, 'trainer.mjs', '--resident'], resident: true };
  expect((await check(write(temporaryFolder(), '', { program }))).verdict).toMatchObject({
    kind: 'exact',
    warnings: [],
  });
});

test('what a checkpoint lacks is found at the first batch after the fork, with both values', async () => {
  const { code, verdict } = await check(write(temporaryFolder(), 'forgets its weight'));
  expect(code).toBe(1);
  expect(verdict).toMatchObject({
    kind: 'inexact',
    difference: {
      comparison: 'forked',
      batch: 20,
      metric: 'train/total',
      values: [weightAfter(21), weightAfter(21, { from: 20, weight: 1 })],
    },
  });
  expect((verdict as { causes: string[] }).causes[0]).toMatch(/centers or other buffers/);
});

test('a sweep over words is checked by an arm of each; one that is not exact is named', async () => {
  const over = (words: string[]): string => {
    const file = write(temporaryFolder(), words[0]);
    const definition = JSON.parse(readFileSync(file, 'utf8'));
    definition.parameters['training.behave'] = { values: words };
    writeFileSync(file, JSON.stringify(definition));
    return file;
  };
  const both = await check(over(['well', 'better']));
  expect(both.verdict).toMatchObject({ kind: 'exact', warnings: [] });
  expect(both.verdict.arm).toMatch(/behave=well.*, .*behave=better/);
  const one = await check(over(['well', 'forgets its weight']));
  expect(one.code).toBe(1);
  expect(one.verdict).toMatchObject({ kind: 'inexact', arm: expect.stringContaining('forgets its weight') });
});

test('chance is told from what a checkpoint lacks', async () => {
  const { verdict } = await check(write(temporaryFolder(), 'draws at random'));
  expect(verdict).toMatchObject({
    kind: 'inexact',
    difference: { comparison: 'repeated', batch: 3, metric: 'train/total' },
  });
  expect((verdict as { causes: string[] }).causes.join()).toMatch(/generator.*loader.*cudnn\.benchmark.*atomics/);
});

test('so are what comes before the switch, and a save in between that is not the state', async () => {
  const early = await check(write(temporaryFolder(), 'uses beta too early'));
  expect(early.verdict).toMatchObject({ difference: { comparison: 'trunk', batch: 0, metric: 'train/total' } });
  expect((early.verdict as { causes: string[] }).causes[0]).toMatch(/beta, epsilon or N is used before batch N/);
  const between = await check(write(temporaryFolder(), 'saves something else in between'));
  expect(between.verdict).toMatchObject({ difference: { comparison: 'continued', metric: 'train/total' } });
});

/** How a program breaks the protocol → what the check says then. */
const BROKEN: Record<string, RegExp> = {
  'says no hello': /^it said no hello, wanted/,
  'skips a total': /^it reported no train\/total for batch 4, wanted one for each batch/,
  'evaluates at its end': /^it reported no evaluation at batch 20, wanted val/,
  'stops without a save': /^asked to stop .* it ended without a save; wanted a checkpoint/,
  'ignores SIGTERM': /^asked to stop .* it had not ended 1 s later \(training\.program\.grace\)/,
  'saves nothing': /failed to train .*: the program said that it had saved batch \d+, and there is no folder/,
  'fails at the end': /failed to train .*RuntimeError: the last words of it/s,
  diverges: /^it diverged at batch 7, .* arm /,
};

test.each(Object.entries(BROKEN))('a program that %s is broken', async (behave, found) => {
  const training = behave === 'ignores SIGTERM' ? { batches: 100_000, pause: 10 } : {};
  const { code, verdict } = await check(write(temporaryFolder(), behave, { program: { grace: 1 }, training }));
  expect(verdict.kind).toBe('broken');
  expect((verdict as { found: string }).found).toMatch(found);
  expect(code).toBe(1);
});

test('files that it imports and that its definition misses are warned of', async () => {
  const { verdict } = await check(write(temporaryFolder(), 'imports a helper'));
  expect(verdict).toMatchObject({
    kind: 'exact',
    warnings: [
      'it imports helper.mjs, which training.program.files misses',
      'it imports trainer.mjs from the folder of its definition, not from the copy that it runs in',
    ],
  });
});

test('text for people names the place and the causes', async () => {
  const file = write(temporaryFolder(), 'forgets its weight');
  const { stdout } = await cosweep(['engine', 'check', file], { cwd: temporaryFolder() });
  expect(stdout).toMatch(/^program:[0-9a-f]{12} is inexact$/m);
  expect(stdout).toMatch(
    /^ {2}found {4}train\/total at batch 20: [\d.-]+ in one piece, [\d.-]+ after a fork at batch 20$/m,
  );
  expect(stdout).toMatch(/^ {2}likely {3}centers or other buffers/m);
});

test('what cannot be checked is refused', async () => {
  const folder = temporaryFolder();
  const whole = await cosweep(['engine', 'check', write(folder, '', { program: { fork: false } })], { cwd: folder });
  expect(whole.code).toBe(2);
  expect(whole.stderr).toMatch(/found no "fork": true in training\.program/);
});

/** Lines of a run that tell of a check. */
const CHECKS = /checking whether what its program trains after a fork is exact/;

test('run checks a program once; other files are checked again', async () => {
  const folder = temporaryFolder();
  const file = write(folder, '', { seeds: 1, training: { only: 'here' } });
  const first = await cosweep(['run', file], { db: join(folder, '1.db') });
  expect(first.code, first.stderr).toBe(0);
  expect(first.stderr).toMatch(CHECKS);
  expect(first.stderr).toMatch(/its program is exact: 40 batches give the same bits after a fork at 20/);
  expect(readdirSync(join(folder, '1.db.programs', 'stages'))).toEqual([]);
  const second = await cosweep(['run', file], { db: join(folder, '2.db') });
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).not.toMatch(CHECKS);
  writeFileSync(join(folder, 'trainer.mjs'), `${readFileSync(join(folder, 'trainer.mjs'), 'utf8')}\n// edited\n`);
  const third = await cosweep(['run', file], { db: join(folder, '3.db') });
  expect(third.stderr).toMatch(CHECKS);
});

test('run refuses an inexact program, with both ways out, of which each trains', async () => {
  const folder = temporaryFolder();
  const file = write(folder, 'forgets its weight');
  const db = join(folder, 'study.db');
  const refused = await cosweep(['run', file], { db });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/is not exact\. Found train\/total at batch 20: .* in one piece, .* after a fork/);
  expect(refused.stderr).toMatch(/- centers or other buffers.*"exact": false.*--no-share/s);
  expect(ask(db, 'SELECT count(*) FROM "Stage" WHERE batch > 0')).toBe(0);

  const alone = await cosweep(['run', file, '--no-share'], { db: join(folder, 'alone.db') });
  expect(alone.code, alone.stderr).toBe(0);
  expect(alone.stderr).not.toMatch(CHECKS);
  expect(await noteOf(join(folder, 'alone.db'))).not.toMatch(/not exact/);

  const shared = write(folder, 'forgets its weight', { program: { exact: false } });
  const { code, stderr } = await cosweep(['run', shared], { db: join(folder, 'shared.db') });
  expect(code, stderr).toBe(0);
  expect(await noteOf(join(folder, 'shared.db'))).toMatch(
    /Stages are shared though the program's forks are not exact \(train\/total at batch 20: .*\): runs are not the same as unshared/,
  );
});

async function noteOf(db: string): Promise<string> {
  const { stdout } = await cosweep(['export', 'latest', '--format', 'markdown'], { db });
  return stdout;
}

test('run refuses a broken program, and says what was found', async () => {
  const folder = temporaryFolder();
  const file = write(folder, 'stops without a save', { program: { exact: false } });
  const db = join(folder, 'study.db');
  const { code, stderr } = await cosweep(['run', file], { db });
  expect(code).toBe(2);
  expect(stderr).toMatch(/Cannot train s1 study: its program cannot be continued.*ended without a save/);
  const sweep = await cosweepHere<{ state: string; error: string }>(['show', 'latest'], { db });
  expect(sweep).toMatchObject({ state: 'interrupted', error: expect.stringMatching(/ended without a save/) });
});

test('Ctrl-C during the check leaves nothing', async () => {
  const folder = temporaryFolder();
  const file = write(folder, '', { training: { pause: 100, only: 'slow' } });
  const db = join(folder, 'study.db');
  const run = start(['run', file], { db });
  await run.says('checking whether');
  await vi.waitFor(() => expect(programsIn(`${db}.programs/stages`)).not.toEqual([]), { timeout: 60_000 });
  run.pressCtrlC();
  expect((await run.ended).code).toBe(130);
  await untilNoneIsLeft(run);
  expect(readdirSync(`${db}.programs/stages`)).toEqual([]);
  expect(programsIn(`${db}.programs/stages`)).toEqual([]);
  expect(ask(db, 'SELECT state FROM "Sweep"')).toBe('interrupted');

  const before = scratchFolders();
  const command = start(['engine', 'check', file], { cwd: folder });
  const own = (): string[] => scratchFolders().filter((name) => !before.includes(name));
  await vi.waitFor(() => expect(own().flatMap((name) => programsIn(join(name, 'stages')))).not.toEqual([]), {
    timeout: 60_000,
  });
  const [scratch] = own() as [string];
  command.pressCtrlC();
  expect((await command.ended).code).toBe(130);
  await untilNoneIsLeft(command);
  expect(existsSync(scratch)).toBe(false);
  expect(programsIn(join(scratch, 'stages'))).toEqual([]);
});

test('a process that is killed during the check leaves what the next one takes away', async () => {
  const folder = temporaryFolder();
  const file = write(folder, '', { seeds: 1, training: { pause: 20, only: 'killed' } });
  const db = join(folder, 'study.db');
  const run = start(['run', file], { db });
  await vi.waitFor(() => expect(programsIn(`${db}.programs/stages`)).not.toEqual([]), { timeout: 60_000 });
  run.signal('SIGKILL');
  await run.ended;
  await untilNoneIsLeft(run);
  const { code, stderr } = await cosweep(['run', file], { db });
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/its program is exact/);
  expect(readdirSync(`${db}.programs/stages`)).toEqual([]);
  expect(programsIn(`${db}.programs/stages`)).toEqual([]);
});

function scratchFolders(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith('cosweep-check-'))
    .map((name) => join(tmpdir(), name));
}
