import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from 'vitest';
import { openForDefinition, queueDefinition } from '../../server/cli/queue-definition.ts';
import { readDefinitionFile } from '../../server/cli/read-definition-file.ts';
import { fault } from '../helpers/fault.ts';
import { inProcess } from '../helpers/in-process.ts';
import { oldDatabase } from '../helpers/old-database.ts';

const program = fileURLToPath(new URL('../../bin/cosweep.js', import.meta.url));
let folder: string;

beforeAll(() => void (folder = realpathSync(mkdtempSync(join(tmpdir(), 'cosweep-keep-')))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Change {
  method?: string;
  runCap?: number;
  parameters?: object;
  training?: object;
  dataset?: object;
}

const base = ({ parameters, training, dataset, ...rest }: Change = {}): string =>
  JSON.stringify({
    name: 'base',
    method: 'grid',
    seeds: 2,
    ...rest,
    parameters: {
      alpha: { value: 0.5 },
      beta: { values: [0.2, 0.3] },
      epsilon: { value: 0.02 },
      N: { value: 6 },
      ...parameters,
    },
    training: {
      dataset: { name: 'glyphs', train: 400, validation: 100, ...dataset },
      model: { name: 'mlp' },
      batchSize: 32,
      batches: 12,
      ...training,
    },
  });

async function plan(change: Change): Promise<{ code: number | null; stdout: string; stderr: string }> {
  writeFileSync(join(folder, 'base.json'), base(change));
  return inProcess(['--db', join(folder, 'x.db'), '--json', 'plan', 'base.json', '--arms'], folder);
}

const armsOf = (stdout: string) =>
  (JSON.parse(stdout) as { batches: number; armList: Record<string, number>[] }).armList;

fault('0.1', 'databases of 0.1 keep what they hold', async ({ say }) => {
  const { folder: study, db } = oldDatabase();
  for (const [name, runs] of [
    ['whole-bounds', 10],
    ['in-epochs', 6],
  ] as const) {
    const { code, stdout, stderr } = await inProcess(['--db', db, '--json', 'run', `${name}.json`], study);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'complete', batchesTrained: 0, runs: { complete: runs } });
    say(stderr.split('\n')[0]!);
    say(stderr.trim().split('\n').at(-1)!);
  }
});

fault('F', 'epochs: 10 with 70 training images and batches of 64; 1 epoch of 200 images in 32', async ({ say }) => {
  const dataset = { train: 100, validation: 30 };
  const ten = await plan({ dataset, training: { batches: undefined, epochs: 10, batchSize: 64, evalEvery: 1 } });
  const { batches } = JSON.parse(ten.stdout) as { batches: number };
  // A control of 11 batches, and two arms that go on from its batch 6.
  expect(batches).toBe(2 * (11 + 2 * 5));
  const n = await plan({ dataset: { train: 300, limit: 200 }, parameters: { N: { value: 1, unit: 'epoch' } } });
  expect(armsOf(n.stdout)[0]!['N']).toBe(6);
  say('10 epochs of 70 images in batches of 64 are 11 batches; 1 epoch of 200 in batches of 32 is N = 6');
});

fault('L', 'random search with "epsilon": {"min": 0.0, "max": 1.0}', async ({ say }) => {
  const { stdout } = await plan({
    method: 'random',
    runCap: 4,
    parameters: { epsilon: { min: 0.0, max: 1.0 }, N: { min: 0, max: 10 } },
  });
  const drawn = armsOf(stdout).filter(({ ablation }) => ablation === null);
  expect(drawn.filter(({ epsilon }) => Number.isInteger(epsilon))).toEqual([]);
  expect(drawn.filter(({ N }) => !Number.isInteger(N))).toEqual([]);
  say(drawn.map(({ epsilon, N }) => `ε ${epsilon!.toPrecision(3)}, N ${N}`).join('; '));
});

fault('W', 'plan accepts what run refuses at once', async ({ say }) => {
  for (const [change, words] of [
    [{ dataset: { limit: 5 } }, 'Cannot train on 5 images: there are 10 classes'],
    [{ dataset: { validation: 400 } }, 'Cannot split off 400 validation images'],
    [{ training: { dataset: { name: 'images', folder: 'nowhere' } } }, 'Cannot read the folder'],
    [{ parameters: { N: { values: [12, 99] } } }, 'no arm that comes to its N'],
  ] as const) {
    const { code, stderr } = await plan(change);
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
    say(stderr.replaceAll(folder, '…'));
  }
});

fault('P', 'c plan <(…), /dev/stdin and -', async ({ say }) => {
  writeFileSync(join(folder, 'base.json'), base());
  for (const line of ['c plan <(cat base.json)', 'cat base.json | c plan /dev/stdin', 'cat base.json | c plan -']) {
    const command = line.replace('c plan', `"${process.execPath}" "${program}" plan`);
    const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: folder });
    expect(stdout).toContain('Sweep "base"');
    say(`${line}: ${stdout.split('\n').slice(0, 2).join(',')}`);
  }
});

fault('Small', 'a definition through a linked folder is a second sweep of the same name', async ({ say }) => {
  const study = join(folder, 'study');
  mkdirSync(study);
  symlinkSync(study, join(folder, 'link'));
  writeFileSync(join(study, 'base.json'), base());
  const queued: number[] = [];
  for (const way of ['study', 'link']) {
    const file = await readDefinitionFile(join(folder, way, 'base.json'));
    const opened = await openForDefinition(join(folder, 'links.db'), file);
    queued.push(await queueDefinition(opened, { engine: null, share: true }, say));
    await opened.storage.close();
  }
  expect(queued).toEqual([1, 1]);
  say(`study/base.json and link/base.json: ${queued.map((id) => `s${id}`).join(', ')}`);
});
