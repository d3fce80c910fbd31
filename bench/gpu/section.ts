import type { FileResult } from './conformance/run-file.ts';
import type { Row } from '../engines/compare.ts';
import type { Ended } from './part.ts';
import type { Steps, Sweep } from './parts.ts';

export interface Measured {
  machine: { device: string | null; processor: string; cores: number; node: string };
  parts: Record<string, Ended>;
}

/** The figures as a section for docs/performance.md. */
export function toSection({ machine, parts }: Measured): string {
  const { device, processor, cores, node } = machine;
  return [
    `### ${device}`,
    `\`npm run bench gpu\` on ${processor} with ${cores} cores, Node ${node}.`,
    ...describe<LossCases[]>(parts['lossCases'], 'The reference cases of the loss', lossCases),
    ...describe<Record<string, FileResult>>(parts['conformance'], 'The conformance suite', conformance),
    ...describe<Sweep>(parts['sweep'], 'A sweep', sweep),
    ...describe<Steps>(parts['steps'], 'Steps', steps),
  ]
    .map((paragraph) => `${paragraph}\n`)
    .join('\n');
}

interface LossCases {
  name: string;
  cases: number;
  passed: number;
}

function describe<T>(ended: Ended | undefined, what: string, write: (result: T) => string[]): string[] {
  if (ended === undefined) return [];
  if (ended.result === null)
    return [`${what}: not measured${ended.error === undefined ? ', the budget was used up' : ` (${ended.error})`}.`];
  return [...write(ended.result as T), ...(ended.state === 'done' ? [] : [`${what}: cut by the budget.`])];
}

function lossCases(engines: LossCases[]): string[] {
  const each = engines.map(({ name, passed, cases }) => `${passed} of ${cases} on \`${name}\``);
  return [`Reference cases of the loss within tolerance: ${each.join(', ')}.`];
}

function conformance(files: Record<string, FileResult>): string[] {
  const results = Object.values(files);
  const passed = results.reduce((sum, file) => sum + file.passed, 0);
  const failed = Object.entries(files).flatMap(([file, result]) =>
    result.failed.map(({ test, message }) => `- ${file}: ${test}: ${message.split('\n')[0]}`),
  );
  return [
    `Conformance suite on \`webgpu\`: ${passed} passed, ${failed.length} failed (${Object.keys(files).join(', ')}).`,
    ...(failed.length === 0 ? [] : [failed.join('\n')]),
  ];
}

function sweep({ engine, seconds, batchesTrained, complete, runs, table }: Sweep): string[] {
  return [
    `A sweep of ${runs} runs on \`${engine}\`: ${complete} complete, ${batchesTrained} batches trained in ` +
      `${seconds.toFixed(1)} s, start-up included.`,
    table.trim(),
  ];
}

/** A line per network and batch size; PyTorch is `not measured` where it does not work on this card. */
function steps({ rows, versions }: Steps): string[] {
  const made = Object.entries(versions).map(([library, version]) => `${library} ${version}`);
  const keys = [...new Set(rows.map(({ network, batchSize }) => `${network} ${batchSize}`))];
  const lines = keys.map((key) => {
    const own = rows.filter(({ network, batchSize }) => `${network} ${batchSize}` === key);
    const time = (name: string) => cell(own.find(({ engine }) => engine === name));
    const main = own.find(({ mainThread }) => mainThread)?.mainThread;
    const perDispatch = main ? `${main.msPer100Dispatches.toFixed(2)} ms (${main.dispatches})` : 'not measured';
    const [network, batchSize] = key.split(' ');
    return [
      `\`${network}\``,
      batchSize,
      time('webgpu'),
      time('tensorflow'),
      time('pytorch'),
      time('pytorch, channels last'),
      perDispatch,
    ];
  });
  const head = [
    'network',
    'batch',
    '`webgpu`',
    '`tensorflow`',
    'PyTorch',
    'PyTorch, channels last',
    'JavaScript per 100 dispatches',
  ];
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
  return [
    `Milliseconds of one batch (${made.join(', ')}):`,
    [line(head), line(head.map((_, i) => (i === 0 ? '---' : '--:'))), ...lines.map(line)].join('\n'),
  ];
}

function cell(row: Row | undefined): string {
  return row === undefined ? 'not measured' : row.msPerBatch.toPrecision(3);
}
