import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { cosweep, start } from '../helpers/cosweep.ts';
import { describeWithPython, pythonFiles, runPython } from '../helpers/python.ts';
import { ask, countRuns, snapshot, type Snapshot } from '../runner/snapshot.ts';
import { newFolder } from './start-stage.ts';

const example = fileURLToPath(new URL('../../sweeps/torch/', import.meta.url));
const cut = fileURLToPath(new URL('../fixtures/mnist-cut/', import.meta.url));

const BATCHES = 40;
/** The example as it is shipped, in a size that is trained in a second. */
const SMALL = {
  batches: BATCHES,
  evalEvery: 10,
  batchSize: 32,
  width: 16,
  train: 200,
  validation: 100,
  data: 'mnist',
};

/** Its only arm with the intra-class phase. */
const ARM = 'α0.5 β0.35 ε0.02 N20';

/** What a test changes of the example. */
interface Change {
  /** Keys of `training.program`. */
  program?: object;
  seeds?: number;
  /** Text of the script → what stands in its place. */
  script?: [string, string];
}

describeWithPython('the worked example in PyTorch', (python) => {
  test('gives the same bits whether runs share stages, stay in one process or are trained one by one', async () => {
    const shared = await trained({});
    const expected = [0, 1].flatMap((seed) => [`${ARM}, seed ${seed}`, `noIntra, seed ${seed}`]);
    expect(Object.keys(shared.results)).toEqual(expected);
    const run = shared.results[`${ARM}, seed 1`]!;
    expect(run.state).toBe('complete');
    expect(run.curves['train/total']).toHaveLength(BATCHES);
    expect(run.curves['train/truncated']!.map(([batch]) => batch)).toEqual(from(20, BATCHES));
    for (const metric of ['val/accuracy', 'val/crossEntropy', 'val/ece'])
      expect(run.curves[metric]!.map(([batch]) => batch)).toEqual([0, 10, 20, 30, 40]);
    expect(run.curves['test/accuracy']!.map(([batch]) => batch)).toEqual([BATCHES]);
    expect(run.metrics['val/accuracy']!.last).toBeGreaterThan(0.5);
    expect(finals(run)).not.toEqual(finals(shared.results['noIntra, seed 1']!));

    const unshared = await trained({}, '--no-share');
    expect(batchesOf(shared.db)).toBeLessThan(batchesOf(unshared.db));
    expect(endsOf(unshared.results)).toEqual(endsOf(shared.results));

    const resident = await trained({ program: { resident: true } });
    expect(resident.results).toEqual(shared.results);

    const folder = prepare({ seeds: 1 });
    const db = join(folder, 'interrupted.db');
    const interrupted = start(runArgs(folder), { db });
    await interrupted.until('a program is within a stage', () => mostReported(db) > 0);
    interrupted.pressCtrlC();
    expect((await interrupted.ended).code).toBe(130);
    expect(countRuns(db, 'complete')).toBeLessThan(2);
    const { code, stderr } = await cosweep(runArgs(folder), { db });
    expect(code, stderr).toBe(0);
    const firstSeed = Object.fromEntries(Object.entries(shared.results).filter(([name]) => name.endsWith('seed 0')));
    expect(await snapshot(db)).toEqual(firstSeed);
  });

  test('gives other bits when its checkpoint lacks the centers of the loss', async () => {
    // The check would refuse it.
    const program = { exact: false };
    const forgetful: Change = { script: ['model=model, loss=loss,', 'model=model,'], seeds: 1, program };
    const shared = await trained(forgetful);
    const unshared = await trained(forgetful, '--no-share');
    const [fork, alone] = [shared, unshared].map(({ results }) => results[`${ARM}, seed 0`]!);
    const before = (run: typeof fork): unknown => run!.curves['train/total']!.slice(0, 20);
    expect(before(fork)).toEqual(before(alone));
    expect(fork!.curves['train/total']).not.toEqual(alone!.curves['train/total']);
  });

  test('runs by hand, and prints what it would report', () => {
    const folder = prepare({});
    const settings = { ...SMALL, data: join(folder, 'mnist'), lr: 0.02, N: 20 };
    const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]);
    const lines = runPython(python, [join(folder, 'train.py'), ...args])
      .trim()
      .split('\n');
    expect(lines[0]).toMatch(/^batch=0 val\/accuracy=0\.\d+ val\/crossEntropy=2\.\d+ val\/ece=0\.\d+$/);
    expect(lines.at(-1)).toMatch(/^batch=40 test\/accuracy=0\.\d+ test\/crossEntropy=/);
  });

  /** A copy of the example that trains on the cut of MNIST. @returns its folder */
  function prepare({ program, seeds = 2, script: [found, replaced] = ['', ''] }: Change): string {
    const folder = newFolder();
    for (const name of ['cosweep.py', 'cosweep_loss.py']) copyFileSync(join(pythonFiles, name), join(folder, name));
    const script = readFileSync(join(example, 'train.py'), 'utf8');
    expect(script).toContain(found);
    writeFileSync(join(folder, 'train.py'), script.replace(found, replaced));
    const definition = JSON.parse(readFileSync(join(example, 'sweep.json'), 'utf8'));
    Object.assign(definition.parameters, { beta: { value: 0.35 }, N: { value: 0.5, unit: 'fraction' } });
    Object.assign(definition, { ablations: ['noIntra'], seeds });
    Object.assign(definition.training, SMALL);
    Object.assign(definition.training.program, { command: [python, 'train.py'], ...program });
    writeFileSync(join(folder, 'sweep.json'), JSON.stringify(definition));
    writeMnist(join(folder, 'mnist'));
    return folder;
  }

  async function trained(change: Change, ...more: string[]): Promise<{ db: string; results: Snapshot }> {
    const folder = prepare(change);
    const db = join(folder, 'study.db');
    const { code, stderr } = await cosweep(runArgs(folder, ...more), { db });
    expect(code, stderr).toBe(0);
    return { db, results: await snapshot(db) };
  }
});

test('the example marks the lines that are Cosweep’s, and there are ten of them', () => {
  const script = readFileSync(join(example, 'train.py'), 'utf8');
  const marked = script.split('\n').filter((line) => line.endsWith('  # Cosweep'));
  expect(marked).toHaveLength(10);
  const used = script.split('\n').filter((line) => /^[^"#]*\b(cosweep(\.|_|$)|run\.(report|steps|indices))/.test(line));
  expect(used.filter((line) => !marked.includes(line))).toEqual([]);
});

function runArgs(folder: string, ...more: string[]): string[] {
  return ['run', join(folder, 'sweep.json'), '--workers', '2', '--keep-checkpoints', ...more];
}

/** The cut of MNIST under the names and in the parts of the whole: 300 images to train, 100 to test. */
function writeMnist(folder: string): void {
  mkdirSync(folder);
  const parts = { train: [0, 300], t10k: [300, 400] } as const;
  for (const [kind, header, size] of [
    ['images-idx3', 16, 784],
    ['labels-idx1', 8, 1],
  ] as const) {
    const whole = gunzipSync(readFileSync(join(cut, `${kind}-ubyte.gz`)));
    for (const [part, [first, end]] of Object.entries(parts)) {
      const head = Buffer.from(whole.subarray(0, header));
      head.writeUInt32BE(end - first, 4);
      const content = Buffer.concat([head, whole.subarray(header + first * size, header + end * size)]);
      writeFileSync(join(folder, `${part}-${kind}-ubyte.gz`), gzipSync(content));
    }
  }
}

/** Of the programs at work on a database: batches that one has reported, at most. */
function mostReported(db: string): number {
  const lines = readStages(`${db}.programs/stages`).map((text) => text.split('"train/total"').length - 1);
  return Math.max(0, ...lines);
}

function readStages(folder: string): string[] {
  try {
    return readdirSync(folder).map((stage) => readFileSync(join(folder, stage, 'out.jsonl'), 'utf8'));
  } catch {
    return []; // there is none yet, or it has just gone
  }
}

function batchesOf(db: string): number {
  return ask(db, 'SELECT total(toBatch - fromBatch) FROM "Stage"');
}

function endsOf(results: Snapshot): unknown {
  return Object.entries(results).map(([run, each]) => ({ run, ...finals(each) }));
}

/** What a run gave, without the checkpoints that only sharing needs. */
function finals({ checkpoints, ...rest }: Snapshot[string]): object {
  return { ...rest, final: checkpoints[BATCHES] };
}

function from(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}
