import { InvalidArgumentError } from 'commander';
import type { RunDetail } from '../../http/schemas/run.ts';
import type { Mark } from '../../sweep/marks.ts';
import type { SweepDetail } from '../../http/schemas/sweep.ts';
import type { Storage } from '../../store/database/storage.ts';
import { toColumns, type Cell } from '../columns.ts';
import type { CliCommand } from '../command.ts';
import { UserError } from '../../sweep/user-error.ts';
import { toDuration } from '../duration.ts';
import { usageFacts } from '../usage-text.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';

export const showCommand: CliCommand = {
  define(program, run) {
    program
      .command('show')
      .description('one sweep or one run')
      .argument('<sweep|run>', 'a run\'s id (r41), or a sweep\'s id (s3), name, definition or "latest"')
      .option('--effect <change>', 'the smallest change that matters, in points for accuracies', changeOption)
      .option('--log', 'of a run: what was logged of its training, attempt by attempt')
      .option('--follow', 'with --log: goes on until the run has ended')
      .action(run(show));
  },
};

interface Options {
  effect?: number;
  log?: true;
  follow?: true;
}

function show(session: Session, what: string, options: Options): Promise<void> {
  const isRun = /^r\d+$/.test(what);
  if (options.log && !isRun) throw new UserError(`Cannot show the log of ${what}: wanted a run's id, such as r41`);
  if (options.follow && !options.log) throw new UserError('Cannot follow without --log: wanted both');
  if (options.log && session.json) throw new UserError('Cannot show a log as JSON: wanted --log or --json');
  return withStorage(session, READING, (storage) => {
    if (options.log) return showLog(session, storage, what, options.follow === true);
    return isRun ? showRun(session, storage, what) : showSweep(session, storage, what, options);
  });
}

function changeOption(text: string): number {
  const change = Number(text);
  if (text.trim() !== '' && change > 0 && change < Infinity) return change;
  throw new InvalidArgumentError('Wanted: a number above 0.');
}

async function showRun({ output, json }: Session, storage: Storage, what: string): Promise<void> {
  const { findRun } = await import('../../store/sweeps/find-sweep.ts');
  const { readRunDetail } = await import('../../http/answers/run-detail.ts');
  const detail = (await readRunDetail(storage, await findRun(storage, what)))!;
  if (json) output.json({ ...detail, arm: detail.arm && flatArm(detail.arm) });
  else output.data(runText(detail));
}

async function showLog({ output }: Session, storage: Storage, what: string, follow: boolean): Promise<void> {
  const { findRun } = await import('../../store/sweeps/find-sweep.ts');
  const { readLogs } = await import('../log-text.ts');
  const runId = await findRun(storage, what);
  const ended = new AbortController();
  const end = (): void => ended.abort();
  process.once('SIGINT', end);
  try {
    const write = (text: string): Promise<void> => output.pieces([text]);
    const count = await readLogs(storage, runId, { follow, ended: ended.signal, write });
    if (count === 0) output.say(`${what} has no log: it is not trained yet, or was trained by an earlier version`);
  } finally {
    process.off('SIGINT', end);
  }
}

/** An arm as the JSON of every command has it: parameters beside the name. */
function flatArm({ params, ...arm }: NonNullable<RunDetail['arm']>): object {
  return { ...arm, ...params };
}

function runText(run: RunDetail): string {
  const facts: [string, Cell][] = [
    ['run', `${run.id}, ${run.state}${run.error === null ? '' : `: ${run.error}`}`],
    ['arm', run.arm === null ? 'in no sweep any more' : `${run.arm.index} ${run.arm.name}`],
    ...markFacts(run.mark),
    ['seed', String(run.seed)],
    ['sweeps', run.sweeps.map(({ id, name }) => `${id} ${name}`).join(', ')],
    ['control', run.controlRun],
    ['engine', [run.engine, run.device].filter((each) => each !== null).join(', ')],
    ['batches', `${run.batch} of ${run.batches}`],
    [
      'training',
      run.durations.training === null
        ? null
        : `${toDuration(run.durations.training)}, evaluations ${toDuration(run.durations.evaluation ?? 0)}`,
    ],
    ...usageFacts(run.usage),
    ['started', run.startedAt],
    ['finished', run.finishedAt],
    ['data', run.dataFingerprint],
    [
      'versions',
      Object.entries(run.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ['signature', run.bits],
  ];
  const metrics = Object.entries(run.metrics).map(([name, { last, best, bestBatch }]): Cell[] => [
    name,
    round(last),
    round(best),
    bestBatch,
  ]);
  return [
    toFacts(facts),
    ...(metrics.length > 0 ? [toColumns(['METRIC', 'LAST', 'BEST', 'AT BATCH'], metrics)] : []),
  ].join('\n\n');
}

async function showSweep(
  { output, json }: Session,
  storage: Storage,
  what: string,
  { effect }: { effect?: number },
): Promise<void> {
  const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
  const { readSweepDetail } = await import('../../http/answers/sweep-detail.ts');
  const { readSweep } = await import('../../store/reading/read-sweep.ts');
  const { readAudit } = await import('../../store/reading/read-audit.ts');
  const { answerOf, answerText } = await import('../answer.ts');
  const sweepId = await findSweep(storage, what);
  const detail = (await readSweepDetail(storage, sweepId))!;
  const answer = await answerOf(storage, (await readSweep(storage, sweepId))!, effect);
  const audit = readAudit(storage, sweepId);
  if (json) return output.json({ ...detail, answer, ...(audit === null ? {} : { audit }) });
  if (answer !== null) output.data(`${answerText(answer, detail.id)}\n`);
  output.data(sweepText(detail, audit));
}

function sweepText(sweep: SweepDetail, audit: string | null): string {
  const counts = Object.entries(sweep.counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const { batches, batchesTotal, secondsLeft } = sweep.progress;
  const facts: [string, Cell][] = [
    [
      'sweep',
      `${sweep.id} ${sweep.name}, ${sweep.standing}${sweep.archived ? ', archived' : ''}` +
        (sweep.error === null ? '' : `: ${sweep.error}`),
    ],
    ['about', sweep.description],
    ...markFacts(sweep.mark),
    ['metric', `${sweep.metric.name}, ${sweep.metric.goal}`],
    ['runs', `${sweep.arms} arms × ${sweep.seeds} seeds: ${counts.join(', ')}`],
    ['batches', `${batches} of ${batchesTotal}${secondsLeft === null ? '' : `, ${toDuration(secondsLeft)} left`}`],
    ['engine', sweep.engine],
    ['audit', audit && `MACHINES DIFFER: ${audit}`],
    ['created', sweep.createdAt],
    ['finished', sweep.finishedAt],
  ];
  const best = sweep.best.map(({ arm, name, n, mean, sd }): Cell[] => [arm, name, n, round(mean), round(sd)]);
  const failures = sweep.failures.map(({ run, armName, seed, state, reason }): Cell[] => [
    run,
    armName,
    String(seed),
    state,
    reason,
  ]);
  const marked = sweep.armMarks.map(({ arm, mark }): Cell[] => [
    arm,
    sweep.armList[arm]!.name,
    mark.star ? '★' : '',
    mark.tags.join(', '),
    mark.note,
  ]);
  return [
    toFacts(facts),
    ...(marked.length > 0 ? [toColumns(['ARM', 'NAME', 'STAR', 'TAGS', 'NOTE'], marked)] : []),
    ...(best.length > 0 ? [toColumns(['ARM', 'NAME', 'N', 'MEAN', 'SD'], best)] : []),
    ...(failures.length > 0 ? [toColumns(['RUN', 'ARM', 'SEED', 'STATE', 'WHY'], failures)] : []),
  ].join('\n\n');
}

/** A note may have several lines; each is one of the list. */
function markFacts({ star, tags, note }: Mark): [string, Cell][] {
  return [
    ['star', star ? '★' : null],
    ['tags', tags.join(', ')],
    ...(note ?? '').split('\n').map((line, place): [string, Cell] => [place === 0 ? 'note' : '', line]),
  ];
}

function round(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(5));
}

function toFacts(facts: [string, Cell][]): string {
  const rows = facts.filter(([name, value]) => name === '' || (value !== null && value !== ''));
  return toColumns(['', ''], rows).trimStart();
}
