import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { definition } from '../http/plan-text.ts';
import { cosweep, start } from '../helpers/cosweep.ts';

/** Tests of what shows only in processes of their own: signals, pipes, workers. The rest is in commands.test.ts. */

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
const ask = (...args: string[]) => cosweep(args, { cwd: folder });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-cli-'));
  // Small enough to train within a second.
  const training = {
    dataset: { name: 'glyphs', train: 200 },
    model: { name: 'mlp', embedding: 4 },
    batches: 6,
    evalEvery: 3,
    batchSize: 16,
  };
  writeFileSync(
    join(folder, 'tiny.json'),
    JSON.stringify({
      ...definition,
      name: 'tiny',
      parameters: { ...definition.parameters, beta: { value: 0.2 }, N: { value: 3 } },
      seeds: 1,
      training,
    }),
  );
  writeFileSync(
    join(folder, 'long.json'),
    JSON.stringify({
      ...definition,
      name: 'long',
      seeds: 1,
      training: { ...training, batches: 1_000_000, evalEvery: 500_000 },
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a database that is not there: exit code 2, its absolute path on stderr, nothing on stdout', async () => {
  expect(await ask('list')).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(join(folder, 'cosweep.db')),
  });
});

test('run: one JSON line on stdout, a line per run on stderr; again: nothing is trained twice', async () => {
  const first = await ask(
    'run',
    'tiny.json',
    '--engine',
    'wasm',
    '--workers',
    '1',
    '--no-share',
    '--json',
    '--db',
    'run.db',
  );
  expect(first.code).toBe(0);
  expect(JSON.parse(first.stdout)).toMatchObject({
    sweepId: 's1',
    name: 'tiny',
    engine: 'wasm',
    runs: { complete: 2, failed: 0, diverged: 0 },
    batchesTrained: 12,
    batchesUnshared: 12,
  });
  expect(first.stderr).toMatch(/^r1 .*seed \d+: complete.*\(1 of 2\)$/m);
  expect(first.stderr).not.toContain('\x1b');
  const again = await ask('run', 'tiny', '--quiet', '--db', 'run.db');
  expect(again).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(JSON.parse((await ask('show', 'tiny', '--json', '--db', 'run.db')).stdout)).toMatchObject({
    counts: { complete: 2 },
    batches: 12,
  });
});

test('Ctrl-C and SIGTERM: 130 and 143, the sweep is interrupted; cancel ends it', async () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const process = start(['run', 'long.json', '--engine', 'wasm', '--workers', '1', '--db', 'long.db'], {
      cwd: folder,
    });
    await process.says('to train');
    process.signal(signal);
    const { code: ended, stderr } = await process.ended;
    expect([ended, stderr]).toEqual([code, expect.stringContaining('continue it with: cosweep run s1')]);
    expect(JSON.parse((await ask('show', 's1', '--json', '--db', 'long.db')).stdout).state).toBe('interrupted');
  }
  expect((await ask('cancel', 's1', '--db', 'long.db')).stdout).toBe('s1 long: cancelled\n');
  expect(JSON.parse((await ask('rm', 'long', '--yes', '--json', '--db', 'long.db')).stdout)).toMatchObject({
    id: 's1',
    name: 'long',
  });
  expect(JSON.parse((await ask('list', '--json', '--db', 'long.db')).stdout)).toEqual([]);
});

test('serve: prints an address that lets in whoever has it, and ends cleanly on SIGTERM', async () => {
  const process = start(['serve', '--port', '0', '--json', '--host', '0.0.0.0'], { cwd: folder });
  await process.says('"token"');
  process.signal('SIGTERM');
  const { code, stdout, stderr } = await process.ended;
  const { url, port, token } = JSON.parse(stdout);
  expect([code, url]).toEqual([143, `http://localhost:${port}/?token=${token}`]);
  expect(token).toMatch(/^[\w-]{32}$/);
  expect(stderr).not.toContain('bug');
});

test('serve --no-token: prints an address without one, and that for this machine alone', async () => {
  const process = start(['serve', '--port', '0', '--no-token'], { cwd: folder });
  await process.says('Ctrl-C ends it');
  process.signal('SIGTERM');
  expect((await process.ended).stdout).toMatch(/^Dashboard: http:\/\/127\.0\.0\.1:\d+\/\n/);
  expect(await ask('serve', '--no-token', '--host', '0.0.0.0')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--no-token is for this machine alone'),
  });
});

test('a reader that leaves early is no failure', async () => {
  const bin = new URL('../../bin/cosweep.js', import.meta.url).pathname;
  const piped = await new Promise<{ error: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(
      'bash',
      ['-o', 'pipefail', '-c', `node "${bin}" curves tiny --db run.db | head -n 1`],
      { cwd: folder },
      (error, stdout, stderr) => resolve({ error, stdout, stderr }),
    );
  });
  expect(piped).toMatchObject({ error: null, stderr: '' });
  expect(piped.stdout).toMatch(/^run,arm/);
});
