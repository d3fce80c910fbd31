import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { describeWithPython } from '../helpers/python.ts';
import { linesOf, makeFork, makeStage, newFolder, startProgram, type Line } from './start-stage.ts';

vi.setConfig({ testTimeout: 300_000 });

/** The points of a metric, batch → value. */
function points(lines: Line[], metric: string): Map<number, unknown> {
  return new Map(
    lines.flatMap(({ batch, metrics }) =>
      metrics !== undefined && metric in (metrics as object)
        ? [[batch as number, (metrics as Record<string, unknown>)[metric]] as const]
        : [],
    ),
  );
}

const sum = (...parts: Line[][]): [number, unknown][] => parts.flatMap((lines) => [...points(lines, 'train/total')]);

describeWithPython('the client', (python) => {
  /** Runs a stage to its end. @returns its lines */
  async function trained(folder: string, environment: { RANK?: string } = {}): Promise<Line[]> {
    const program = startProgram(python, 'counter', { COSWEEP_DIR: folder, ...environment });
    expect([await program.ended, program.stderr()]).toEqual([{ code: 0, signal: null }, '']);
    return linesOf(folder);
  }

  describe('a stage', () => {
    test('says hello, every batch, the evaluations that are due, the checkpoint and the end', async () => {
      const folder = makeStage();
      const [hello, ...lines] = await trained(folder);
      expect(hello).toEqual({
        hello: {
          client: 'cosweep.py 1',
          versions: { python: expect.stringMatching(/^3\.\d+\.\d+$/) },
          device: 'CPU',
          modules: [expect.stringMatching(/python\/cosweep\.py$/), expect.stringMatching(/programs\/counter\.py$/)],
        },
      });
      expect([...points(lines, 'train/total').keys()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect([...points(lines, 'val/bound')]).toEqual([
        [5, 'Infinity'],
        [10, 'Infinity'],
      ]);
      expect(lines.slice(-2)).toEqual([{ saved: 10, digest: expect.stringMatching(/^[0-9a-f]{64}$/) }, { done: 10 }]);
      expect(readdirSync(join(folder, 'save'))).toEqual(['10']);
    });

    test('that forks goes on as the one that was not shared, digest and all', async () => {
      const phase = { parameters: { alpha: 0.5, beta: 0.2, gamma: 1, epsilon: 0.1, N: 10 } };
      const trunk = makeStage();
      const first = await trained(trunk);
      const fork = await trained(makeFork(trunk, 10, phase));
      const unshared = await trained(makeStage({ to: 20, ...phase }));
      expect(sum(first, fork)).toEqual(sum(unshared));
      expect(fork.at(-2)).toEqual(unshared.at(-2));
      // β is in force from N on, and not before.
      expect([9, 10].map((batch) => points(unshared, 'train/beta').get(batch))).toEqual([0, 0.2]);
      // The state that the fork begins with was evaluated by the trunk.
      expect([...points(fork, 'val/sum').keys()]).toEqual([15, 20]);
    });

    test('of another seed is another one, and of the same seed the same bits', async () => {
      const [one, again, other] = await Promise.all([
        trained(makeStage()),
        trained(makeStage()),
        trained(makeStage({ seed: 4 })),
      ]);
      expect(again).toEqual(one);
      expect(sum(other)).not.toEqual(sum(one));
    });

    test('without save and load only says its batches', async () => {
      const folder = makeStage({ training: { fork: false } });
      const lines = await trained(folder);
      expect(lines.at(-1)).toEqual({ done: 10 });
      expect(lines.some((line) => 'saved' in line)).toBe(false);
      expect(existsSync(join(folder, 'save'))).toBe(false);
    });

    test('whose total is not a number ends there, with no checkpoint of it', async () => {
      const lines = await trained(makeStage({ training: { nanAt: 7 } }));
      expect([...points(lines, 'train/total')].at(-1)).toEqual([7, 'NaN']);
      expect(lines.at(-1)).toEqual({ diverged: 7 });
      expect(lines.some((line) => 'saved' in line)).toBe(false);
    });

    test('saves as often as it is asked to', async () => {
      const folder = makeStage({ saveEverySeconds: 0.25, training: { seconds: 0.1 } });
      const lines = await trained(folder);
      const saved = lines.flatMap((line) => ('saved' in line ? [line['saved'] as number] : []));
      expect(saved.length).toBeGreaterThan(1);
      expect(saved.at(-1)).toBe(10);
      expect(
        readdirSync(join(folder, 'save'))
          .map(Number)
          .sort((a, b) => a - b),
      ).toEqual(saved);
    });
  });

  describe('an end before its time', () => {
    const slow = { to: 2000, batches: 2000, training: { seconds: 0.02 } };

    test.each(['SIGTERM', 'the file stop'])(
      'by %s comes with a checkpoint, from which it goes on exactly',
      async (how) => {
        const folder = makeStage({ ...slow });
        const program = startProgram(python, 'counter', { COSWEEP_DIR: folder });
        await program.until(() => points(linesOf(folder), 'train/total').size >= 5);
        if (how === 'SIGTERM') program.process.kill('SIGTERM');
        else writeFileSync(join(folder, 'stop'), '');
        expect(await program.ended).toEqual({ code: 0, signal: null });
        const lines = linesOf(folder);
        const end = [...points(lines, 'train/total').keys()].at(-1)! + 1;
        expect(lines.slice(-2)).toEqual([{ saved: end, digest: expect.any(String) }, { stopped: end }]);
        const rest = await trained(makeFork(folder, end, { to: end + 5 }));
        expect(sum(lines, rest)).toEqual(sum(await trained(makeStage({ ...slow, to: end + 5, training: {} }))));
      },
    );

    test('that is asked for before it begins, or without save, says that there is no checkpoint', async () => {
      const early = makeStage();
      writeFileSync(join(early, 'stop'), '');
      expect((await trained(early)).slice(1)).toEqual([{ stopped: null }]);
      const unsaved = makeStage({ ...slow, training: { seconds: 0.02, fork: false } });
      const program = startProgram(python, 'counter', { COSWEEP_DIR: unsaved });
      await program.until(() => points(linesOf(unsaved), 'train/total').size >= 3);
      program.process.kill('SIGTERM');
      expect(await program.ended).toEqual({ code: 0, signal: null });
      expect(linesOf(unsaved).at(-1)).toEqual({ stopped: null });
    });

    test('by kill -9 leaves all that was said, whole checkpoints, and goes on from the last of them', async () => {
      const folder = makeStage({ ...slow, saveEverySeconds: 0.05, training: { seconds: 0.01 } });
      const program = startProgram(python, 'counter', { COSWEEP_DIR: folder });
      await program.until(() => linesOf(folder).filter((line) => 'saved' in line).length >= 3);
      program.process.kill('SIGKILL');
      expect(await program.ended).toEqual({ code: null, signal: 'SIGKILL' });
      const lines = linesOf(folder);
      const last = lines.findLast((line) => 'saved' in line)!['saved'] as number;
      for (const name of readdirSync(join(folder, 'save')).filter((each) => !each.endsWith('.tmp')))
        expect(() => JSON.parse(readFileSync(join(folder, 'save', name, 'state.json'), 'utf8'))).not.toThrow();
      const committed = sum(lines).filter(([batch]) => batch < last);
      const rest = await trained(makeFork(folder, last, { to: last + 3 }));
      const whole = await trained(makeStage({ ...slow, to: last + 3, training: {} }));
      expect([...committed, ...sum(rest)]).toEqual(sum(whole));
    });
  });

  describe('a program that stays', () => {
    test('trains the folders that come by standard input as fresh processes would, and ends with it', async () => {
      const folders = [makeStage(), makeStage({ seed: 5 }), makeStage({ to: 7 })];
      const program = startProgram(python, 'counter', { COSWEEP_DIR: '-', stdin: 'pipe' });
      for (const folder of folders) {
        program.process.stdin!.write(`${folder}\n`);
        await program.until(() => 'done' in (linesOf(folder).at(-1) ?? {}));
      }
      program.process.stdin!.end();
      expect(await program.ended).toEqual({ code: 0, signal: null });
      const alone = await Promise.all([{}, { seed: 5 }, { to: 7 }].map((change) => trained(makeStage(change))));
      expect(folders.map(linesOf)).toEqual(alone);
    });

    test('takes the folder of COSWEEP_DIR first', async () => {
      const [first, second] = [makeStage(), makeStage()];
      const program = startProgram(python, 'counter', { COSWEEP_DIR: first, stdin: 'pipe' });
      program.process.stdin!.end(`${second}\n`);
      expect(await program.ended).toEqual({ code: 0, signal: null });
      expect([first, second].map((folder) => linesOf(folder).at(-1))).toEqual([{ done: 10 }, { done: 10 }]);
    });

    test('goes on after a stage that the file stop has ended, and ends after SIGTERM', async () => {
      const slow = { to: 2000, batches: 2000, training: { seconds: 0.02 } };
      const folders = [makeStage(slow), makeStage(slow), makeStage()];
      const program = startProgram(python, 'counter', { COSWEEP_DIR: '-', stdin: 'pipe' });
      for (const folder of folders) program.process.stdin!.write(`${folder}\n`);
      const [first, second, third] = folders as [string, string, string];
      await program.until(() => points(linesOf(first), 'train/total').size >= 2);
      writeFileSync(join(first, 'stop'), '');
      await program.until(() => points(linesOf(second), 'train/total').size >= 2);
      expect(linesOf(first).at(-1)).toEqual({ stopped: expect.any(Number) });
      program.process.kill('SIGTERM');
      expect(await program.ended).toEqual({ code: 0, signal: null });
      expect(linesOf(second).at(-1)).toEqual({ stopped: expect.any(Number) });
      expect(linesOf(third)).toEqual([]);
    });
  });

  describe('of several ranks', () => {
    test.each(['RANK', 'SLURM_PROCID'])('says nothing on rank 1 (%s)', async (name) => {
      const folder = makeStage();
      const program = startProgram(python, 'counter', { COSWEEP_DIR: folder, [name]: '1' });
      expect([await program.ended, program.stderr()]).toEqual([{ code: 0, signal: null }, '']);
      expect(readdirSync(folder)).toEqual(['order.json']);
    });

    test('ends all of them at the same batch where they can agree', async () => {
      const folder = makeStage({ to: 2000, batches: 2000, training: { seconds: 0.02, agree: true } });
      const ranks = ['0', '1'].map((RANK) =>
        startProgram(python, 'counter', { COSWEEP_DIR: folder, RANK, WORLD_SIZE: '2' }),
      );
      await ranks[0]!.until(() => points(linesOf(folder), 'train/total').size >= 4);
      ranks[0]!.process.kill('SIGTERM');
      const ends = await Promise.all(ranks.map(({ ended }) => ended));
      expect(ends).toEqual([
        { code: 0, signal: null },
        { code: 0, signal: null },
      ]);
      expect(linesOf(folder).at(-1)).toEqual({ stopped: expect.any(Number) });
    });

    test('goes on to its end where they cannot', async () => {
      const folder = makeStage({ training: { seconds: 0.05 } });
      const program = startProgram(python, 'counter', { COSWEEP_DIR: folder, RANK: '0', WORLD_SIZE: '2' });
      await program.until(() => points(linesOf(folder), 'train/total').size >= 2);
      program.process.kill('SIGTERM');
      writeFileSync(join(folder, 'stop'), '');
      expect(await program.ended).toEqual({ code: 0, signal: null });
      expect(linesOf(folder).at(-1)).toEqual({ done: 10 });
    });
  });

  describe('by hand', () => {
    async function byHand(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
      const program = startProgram(python, 'counter', { args });
      const { code } = await program.ended;
      return { code, stdout: program.stdout(), stderr: program.stderr() };
    }

    test('runs as its defaults say, and prints what it would report', async () => {
      const { code, stdout } = await byHand();
      expect(code).toBe(0);
      expect(
        stdout
          .trim()
          .split('\n')
          .map((line) => line.replaceAll(/=[\d.]+(?=\d\b| |$)/g, '=')),
      ).toHaveLength(4);
      expect(stdout).toMatch(
        /^batch=2 train\/total=[\d.]+ train\/beta=0\nbatch=3 val\/sum=[\d.]+ val\/bound=inf\nbatch=5 .* train\/beta=0.25\n/,
      );
    });

    test('takes settings from the command line', async () => {
      const args = ['--batches', '3', '--seed=8', '--beta', '0.5', '--N', '0', '--nanAt', '2'];
      const { stdout, stderr } = await byHand(...args);
      expect(stdout).toMatch(/^batch=2 train\/total=nan train\/beta=0.5\ndiverged in batch 2\n$/);
      // It may be meant, or be a slip.
      expect(stderr).toBe('Note: found --nanAt, which is none of the defaults of this script\n');
    });

    test.each([
      [['--batches'], 'found --batches as the last argument, wanted a value after it'],
      [['train'], "found the argument 'train', wanted --key value"],
      [['--batches', 'many'], "batches: found 'many', wanted a whole number, 1 or more"],
    ])('%j is refused', async (args, why) => {
      expect(await byHand(...args)).toEqual({ code: 1, stdout: '', stderr: `Cannot run by hand: ${why}\n` });
    });
  });

  test.each([
    ['no folder at all', null, /^Cannot read the order .*order\.json: No such file or directory; COSWEEP_DIR names/],
    ['no JSON', '{', /^Cannot read the order .*: found no JSON/],
    ['another version', '{"cosweep":2}', /found version 2 of the protocol, wanted 1.*cosweep python DIR/],
    ['an order that lacks something', '{"cosweep":1,"seed":1}', /wanted whole numbers from, to, batches, evalEvery/],
  ])('%s: said in one line', async (_, order, message) => {
    const folder = newFolder();
    if (order !== null) writeFileSync(join(folder, 'order.json'), order);
    const program = startProgram(python, 'counter', { COSWEEP_DIR: folder });
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.stderr()).toMatch(message);
    expect(program.stderr().trim().split('\n')).toHaveLength(1);
  });
});
