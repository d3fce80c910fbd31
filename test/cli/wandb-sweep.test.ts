import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { cosweep, cosweepHere } from '../helpers/cosweep.ts';
import { inProcess } from '../helpers/in-process.ts';

const script = fileURLToPath(new URL('../fixtures/programs/plain.mjs', import.meta.url));

const SWEEP = `# as \`wandb sweep\` takes it
program: plain.mjs
command: [${JSON.stringify(process.execPath)}, "\${program}", "\${args}"]
method: grid
metric: {name: val_acc, goal: maximize}
parameters:
  lr: {values: [0.1, 0.2]}
  epochs: {value: 3}
  seed: {values: [1, 2]}
cosweep:
  control: {lr: 0.1}
`;

function newFolder(sweep = SWEEP): string {
  const folder = mkdtempSync(join(tmpdir(), 'cosweep-wandb-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  copyFileSync(script, join(folder, 'plain.mjs'));
  writeFileSync(join(folder, 'rates.yaml'), sweep);
  return folder;
}

/** What `plain.mjs` prints after its last epoch. */
function accuracyOf(lr: number, seed: number): number {
  let weight = seed;
  for (let step = 0; step < 15; step++) weight = 0.9 * weight + lr;
  return Number((weight / (1 + weight)).toFixed(6));
}

test('a sweep of W&B is run, and continued as the sweep that it made', async () => {
  const cwd = newFolder();
  const db = join(cwd, 'cosweep.db');
  expect(await cosweep(['run', 'rates.yaml'], { cwd })).toMatchObject({ code: 0 });
  const runs = await cosweepHere<
    { params: Record<string, number>; seed: number; metrics: Record<string, { last: number }> }[]
  >(['runs', 'rates'], { db });
  expect(runs.map(({ params, seed, metrics }) => [params['training.lr'], seed, metrics['val/acc']!.last])).toEqual(
    [0.1, 0.2].flatMap((lr) => [1, 2].map((seed) => [lr, seed, accuracyOf(lr, seed)])),
  );
  const pairs = await cosweepHere<{ rows: { difference?: unknown }[] }>(['export', 'rates.yaml'], { db });
  expect(pairs.rows).toHaveLength(2);
  const again = await cosweep(['run', 'rates.yaml'], { cwd });
  expect(again.code).toBe(0);
  expect(await cosweepHere<object[]>(['list'], { db })).toHaveLength(1);
});

test('plan --definition gives the definition to go on from, which plans the same', async () => {
  const cwd = newFolder();
  const { code, stdout } = await inProcess(['plan', 'rates.yaml', '--definition'], cwd);
  expect(code).toBe(0);
  writeFileSync(join(cwd, 'rates.json'), stdout);
  const plan = async (file: string) => JSON.parse((await inProcess(['--json', 'plan', file, '--arms'], cwd)).stdout);
  expect(await plan('rates.json')).toEqual(await plan('rates.yaml'));
  expect((await inProcess(['plan', 'rates.json', '--definition'], cwd)).stdout).toBe(
    readFileSync(join(cwd, 'rates.json'), 'utf8'),
  );
});

test('what is wrong is said with its place, by exit code 2, and nothing is made', async () => {
  const cwd = newFolder(SWEEP.replace('grid', 'bayes').replace('lr: {values', 'lr: {distribution: q_beta, values'));
  for (const command of ['plan', 'run']) {
    const { code, stdout, stderr } = await inProcess([command, 'rates.yaml'], cwd);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^Cannot read the sweep definition rates\.yaml: 2 problems\n {2}parameters\.lr\.distribution: /,
    );
    expect(stderr).toMatch(/^ {2}method: found "bayes", wanted grid or random/m);
  }
  writeFileSync(join(cwd, 'broken.yml'), 'program: [\n');
  const { code, stderr } = await inProcess(['plan', 'broken.yml'], cwd);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^Cannot read the sweep definition broken\.yml: line \d+, column \d+: it is no YAML: /);
  const missing = await inProcess(['run', 'none.yaml'], cwd);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toMatch(/none\.yaml: there is no such file/);
});
