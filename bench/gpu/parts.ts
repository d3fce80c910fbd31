import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DoctorResponse } from '../../server/http/schemas/doctor.ts';
import type { ModelName } from '../../server/sweep/settings.ts';
import { compare, type Row } from '../engines/compare.ts';
import { engine, python } from '../engines/contender.ts';
import type { FileResult } from './conformance/run-file.ts';
import { node, type Bench, type Part } from './part.ts';
import { gpuSweep } from './sweep.ts';

export interface Sweep {
  engine: string;
  seconds: number;
  batchesTrained: number;
  complete: number;
  runs: number;
  /** The ablation table, as Markdown. */
  table: string;
}

export interface Steps {
  versions: Record<string, string>;
  rows: Row[];
}

/** In order of their value: what the budget has no time for is at the end. */
export const parts: Part[] = [
  {
    name: 'doctor',
    async run(bench, measured) {
      measured(await askDoctor(bench));
    },
  },
  {
    name: 'lossCases',
    async run(bench, measured) {
      const { engines } = await askDoctor(bench, '--loss-cases', lossCases(bench));
      measured(engines.flatMap(({ name, device, lossCases: report }) => (report ? [{ name, device, ...report }] : [])));
    },
  },
  { name: 'conformance', run: conformance },
  { name: 'sweep', run: sweep },
  { name: 'steps', run: steps },
];

async function askDoctor(bench: Bench, ...args: string[]): Promise<DoctorResponse> {
  return JSON.parse(await node(bench, cosweep(bench, '--json', 'doctor', ...args))) as DoctorResponse;
}

async function conformance(bench: Bench, measured: (result: unknown) => void): Promise<void> {
  const suite = join(bench.project, 'dist', 'bench', 'suite');
  const program = (name: string) => join(suite, 'bench', 'gpu', 'conformance', `${name}.js`);
  const tests = join(suite, 'test', 'training', 'conformance');
  const results: Record<string, FileResult> = {};
  for (const file of readdirSync(tests).filter((name) => name.endsWith('.test.js'))) {
    const text = await node(bench, [program('run-file'), join(tests, file)], {
      COSWEEP_CHILD: program('child-process'),
    });
    results[file.replace('.test.js', '')] = JSON.parse(text.trimEnd().split('\n').at(-1)!) as FileResult;
    measured(results);
  }
}

async function sweep(bench: Bench, measured: (result: Sweep) => void): Promise<void> {
  const definition = join(bench.folder, 'gpu.json');
  writeFileSync(definition, JSON.stringify(gpuSweep(bench)));
  const started = performance.now();
  const text = await node(bench, cosweep(bench, '--json', '--quiet', 'run', definition, '--engine', 'webgpu'));
  const seconds = (performance.now() - started) / 1000;
  const {
    engine: name,
    batchesTrained,
    runs,
  } = JSON.parse(text) as {
    engine: string;
    batchesTrained: number;
    runs: Record<string, number>;
  };
  measured({
    engine: name,
    seconds,
    batchesTrained,
    complete: runs['complete']!,
    runs: Object.values(runs).reduce((sum, count) => sum + count, 0),
    table: await node(bench, cosweep(bench, 'export', 'latest')),
  });
}

async function steps(bench: Bench, measured: (result: Steps) => void): Promise<void> {
  const result: Steps = { versions: {}, rows: [] };
  for (const network of bench.networks as ModelName[]) {
    for (const batchSize of ['64', '256']) {
      const contenders = [
        engine('webgpu', network, batchSize),
        engine('tensorflow', network, batchSize),
        python('pytorch', 'torch_step.py', network, batchSize, 'contiguous_format', 'cuda'),
        python('pytorch, channels last', 'torch_step.py', network, batchSize, 'channels_last', 'cuda'),
      ];
      result.rows.push(
        ...(await bench.budget.within(compare(network, Number(batchSize), contenders, result.versions), () => {})),
      );
      measured(result);
    }
  }
}

function cosweep({ project, folder }: Bench, ...args: string[]): string[] {
  return [join(project, 'bin', 'cosweep.js'), '--db', join(folder, 'gpu.db'), ...args];
}

function lossCases({ project }: Bench): string {
  return join(project, 'dist', 'bench', 'suite', 'test', 'fixtures', 'loss-cases.json');
}
