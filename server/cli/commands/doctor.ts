import { resolve } from 'node:path';
import type { DatasetReport, DoctorResponse, EngineReport } from '../../http/schemas/doctor.ts';
import type { DatabaseReport } from '../../store/database/report-database.ts';
import { bySpeed } from '../../training/engines/choose.ts';
import { toColumns } from '../columns.ts';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';

export const doctorCommand: CliCommand = {
  define(program, run) {
    program
      .command('doctor')
      .description('engines, data sets, database: which of them work here; for the others, why not and what to do')
      .option('--loss-cases <file>', 'compute a file of reference cases of the loss on every engine that works')
      .action(run(doctor));
  },
};

/** @returns 1 where a reference case is out of tolerance, or no engine could compute any */
async function doctor({ output, db, json }: Session, options: { lossCases?: string }): Promise<number> {
  const { examine } = await import('../examine.ts');
  const report = await examine(db, options.lossCases === undefined ? null : resolve(options.lossCases));
  if (json) output.json(report);
  else output.data(toText(report));
  return options.lossCases === undefined || allPassed(report) ? 0 : 1;
}

function allPassed({ engines }: DoctorResponse): boolean {
  const checked = engines.flatMap(({ lossCases }) => lossCases ?? []);
  return checked.length > 0 && checked.every(({ cases, passed }) => passed === cases);
}

/** MS/STEP is measured just now: one batch of 64 on the small network, forward, backward and update. */
function toText({ engines, datasets, database }: DoctorResponse): string {
  return [
    toColumns(
      ['ENGINE', 'WORKS', 'DEVICE', 'MS/STEP'],
      engines.map(({ name, works, device, stepMs }) => [name, works ? 'yes' : 'no', device, rounded(stepMs)]),
    ),
    ...engines.flatMap(engineNotes),
    autoLine(engines),
    ...cardLines(engines),
    '',
    toColumns(
      ['DATA SET', 'READY', 'WHERE'],
      datasets.map(({ name, available, where }) => [name, available ? 'yes' : 'no', where.join(', ')]),
    ),
    ...datasets.flatMap(datasetNotes),
    '',
    databaseLine(database),
  ].join('\n');
}

/** CARD is the number that `--device` takes. */
function cardLines(engines: EngineReport[]): string[] {
  const all = engines.flatMap(({ name, cards }) => cards.map((card, number) => ({ ...card, name, number })));
  if (all.length === 0) return [];
  return [
    '',
    toColumns(
      ['ENGINE', 'CARD', 'WORKS', 'DEVICE', 'MS/STEP'],
      all.map(({ name, number, works, device, stepMs }) => [
        name,
        number,
        works ? 'yes' : 'no',
        device,
        rounded(stepMs),
      ]),
    ),
    ...all.flatMap((card) => troubleNote(`${card.name}, card ${card.number}`, card)),
  ];
}

function rounded(stepMs: number | null): number | null {
  return stepMs === null ? null : Number(stepMs.toPrecision(3));
}

function engineNotes({ name, versions, bits, hint, reason, remedy, lossCases }: EngineReport): string[] {
  const made = Object.entries(versions)
    .map(([library, version]) => `${library} ${version}`)
    .join(', ');
  const notes = [
    ...(made === '' ? [] : [`${name}: ${made}${bits === null ? '' : `; signature of its bits ${bits.slice(0, 12)}`}`]),
    ...(hint === null ? [] : [`${name}: ${hint}`]),
    ...troubleNote(name, { reason, remedy }),
  ];
  if (lossCases === null) return notes;
  const { cases, passed, worst } = lossCases;
  const share = (error: number) => `${Number((100 * error).toPrecision(2))} %`;
  return [
    ...notes,
    `${name}: ${passed} of ${cases} reference cases; largest errors as shares of the tolerance: ` +
      `terms ${share(worst.terms)}, centers ${share(worst.centers)}, gradients ${share(worst.gradients)}`,
  ];
}

function troubleNote(name: string, { reason, remedy }: Pick<EngineReport, 'reason' | 'remedy'>): string[] {
  return reason === null ? [] : [`${name}: ${[reason, remedy].filter((each) => each !== null).join(' → ')}`];
}

function autoLine(engines: EngineReport[]): string {
  const [fastest] = bySpeed(engines.map(onBestCard));
  return fastest
    ? `--engine auto takes ${fastest.name}, the fastest that works here ` +
        `(Node ${process.version}, ${process.platform} ${process.arch})`
    : '--engine auto finds nothing to train on';
}

/** As `auto` judges an engine: it works where any of its cards does. */
function onBestCard(engine: EngineReport): EngineReport {
  const [best] = engine.works ? [] : bySpeed(engine.cards);
  return best ? { ...engine, works: true, stepMs: best.stepMs } : engine;
}

function datasetNotes({ name, remedy }: DatasetReport): string[] {
  return remedy === null ? [] : [`${name}: ${remedy}`];
}

function databaseLine({ path, works, schema, sweeps, runs, reason, remedy }: DatabaseReport): string {
  if (works) return `database ${path}: ${sweeps} sweeps, ${runs} runs, schema ${schema}`;
  return `database ${path}: ${[reason, remedy].filter((each) => each !== null).join(' → ')}`;
}
