import { basename, dirname, extname, resolve } from 'node:path';
import { Option } from 'commander';
import type { Names } from '../../imports/names.ts';
import type { Source } from '../../imports/source.ts';
import type { Import } from '../../imports/to-import.ts';
import { IMPORT_SOURCES, type ImportSource } from '../../sweep/settings.ts';
import type { StoredImport } from '../../store/imports/store-import.ts';
import type { Storage } from '../../store/database/storage.ts';
import { realPath } from '../../store/sweeps/same-place.ts';
import { DefinitionError } from '../../sweep/problem.ts';
import { plural } from '../../report/number-format.ts';
import { sweepName } from '../../store/database/ids.ts';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { withStorage } from '../with-storage.ts';

interface Options {
  from?: ImportSource;
  name?: string;
  map: string[];
  ignore: string[];
  metric?: string;
  minimize: string[];
  maximize: string[];
  control?: string;
  pattern?: string;
  study?: string;
  dryRun?: true;
  replace?: true;
}

const several = (text: string, before: string[]) => [...before, text];

export const importCommand: CliCommand = {
  define(program, run) {
    const names = (flags: string, description: string) =>
      new Option(flags, description).default([], 'none').argParser(several);
    program
      .command('import')
      .description('results that were trained elsewhere become a sweep: CSV, TensorBoard, W&B, Optuna')
      .argument('<path>', 'a CSV file, a folder of event files, W&B\'s folder "wandb", or Optuna\'s SQLite file')
      .addOption(new Option('--from <tool>', 'default: by what is there').choices(IMPORT_SOURCES))
      .option('--name <name>', "the sweep's name; default: the file's")
      .addOption(names('--map <theirs=ours>', 'another name for a metric or a parameter: acc=val/accuracy; may repeat'))
      .addOption(names('--ignore <name>', 'leave a metric or a parameter out; * stands for anything; may repeat'))
      .option('--metric <name>', 'the metric that decides')
      .addOption(names('--minimize <metric>', 'a metric of which less is better; may repeat'))
      .addOption(names('--maximize <metric>', 'a metric of which more is better; may repeat'))
      .option('--control <values>', 'what controls have, "dropout == 0"; default: those without the phase')
      .option('--pattern <path>', "with TensorBoard: parameters in folders' names, 'lr{lr}_seed{seed}'")
      .option('--study <name>', 'with Optuna: which study, where the file has several')
      .option('--dry-run', 'say what would be imported, and store nothing')
      .option('--replace', 'let runs go that an earlier import had and this one has not')
      .action(run(importResults));
  },
};

async function importResults(session: Session, given: string, options: Options): Promise<void> {
  const path = realPath(resolve(given));
  const imported = await readImport(path, options);
  for (const note of imported.notes) session.output.say(note);
  if (options.dryRun) return tellDry(session, imported);
  const { storeImport } = await import('../../store/imports/store-import.ts');
  await withStorage(session, { access: 'write', create: true }, async (storage) => {
    const rows = { ...imported, path, folder: dirname(path) };
    const stored = storeImport(storage, rows, { replace: options.replace === true });
    await tell(session, storage, stored, imported);
  });
}

const LONGEST_NAME = 100;

async function readImport(path: string, options: Options): Promise<Import> {
  const { sourceKind } = await import('../../imports/source-kind.ts');
  const { toImport } = await import('../../imports/to-import.ts');
  const from = options.from ?? sourceKind(path);
  const { metric = null, minimize, maximize, control = null } = options;
  const name = options.name ?? ([...basename(path, extname(path))].slice(0, LONGEST_NAME).join('') || path);
  const source = await readSource(path, from, options);
  return toImport(source, { from, path, name, metric, minimize, maximize, control });
}

async function readSource(path: string, from: ImportSource, options: Options): Promise<Source> {
  const { Names } = await import('../../imports/names.ts');
  const { refuseOptions } = await import('../import-options.ts');
  refuseOptions(path, from, options);
  const names = new Names(options.map, options.ignore);
  const source = await readAs(path, from, names, options);
  const unused = names.unused();
  if (unused.length > 0) throw new DefinitionError(`Cannot import ${path}`, unused);
  return source;
}

async function readAs(path: string, from: ImportSource, names: Names, { pattern, study }: Options): Promise<Source> {
  switch (from) {
    case 'tensorboard':
      return (await import('../../imports/read-tensorboard.ts')).readTensorBoard(path, names, pattern ?? null);
    case 'optuna': {
      const { readOptunaStudies } = await import('../../store/imports/read-optuna.ts');
      const { fromOptuna } = await import('../../imports/optuna-runs.ts');
      return fromOptuna(path, readOptunaStudies(path), study ?? null, names);
    }
    case 'wandb':
      // What is exported from its pages is a table as any other.
      if (isTable(path)) return (await import('../../imports/read-csv.ts')).readCsv(path, names);
      return (await import('../../imports/read-wandb.ts')).readWandb(path, names);
    case 'csv':
      return (await import('../../imports/read-csv.ts')).readCsv(path, names);
  }
}

function isTable(path: string): boolean {
  return extname(path).toLowerCase() === '.csv';
}

/** What was imported, as numbers. */
function countsOf({ plan, runs }: Import) {
  const count = (state: string) => runs.filter((run) => run.state === state).length;
  return {
    name: plan.name,
    metric: plan.metric.name,
    arms: plan.arms.length,
    controls: plan.arms.filter(({ control }) => control).length,
    seeds: plan.seeds.length,
    runs: { complete: count('complete'), failed: count('failed'), diverged: count('diverged') },
    points: runs.reduce(
      (sum, { curves }) => [...curves.values()].reduce((total, { batches }) => total + batches.length, sum),
      0,
    ),
  };
}

function textOf(imported: Import): string {
  const { arms, controls, seeds, runs, points } = countsOf(imported);
  const ended = `${runs.complete} runs complete, ${runs.failed} failed, ${runs.diverged} diverged`;
  const counted = [plural(arms, 'arm'), `(${plural(controls, 'control')}),`, plural(seeds, 'seed')].join(' ');
  return `${counted}: ${ended}; ${plural(points, 'point')}`;
}

function tellDry({ output, json }: Session, imported: Import): void {
  if (json) output.json({ ...countsOf(imported), notes: imported.notes });
  else output.data(`${imported.plan.name} would have ${textOf(imported)}`);
}

async function tell(
  session: Session,
  storage: Storage,
  { sweepId, was }: StoredImport,
  imported: Import,
): Promise<void> {
  const { output, json } = session;
  const id = sweepName(sweepId);
  if (json) return output.json({ sweepId: id, was, ...countsOf(imported), notes: imported.notes });
  const { readSweep } = await import('../../store/reading/read-sweep.ts');
  const { answerOf, answerText } = await import('../answer.ts');
  const answer = await answerOf(storage, (await readSweep(storage, sweepId))!);
  output.data(`${id} ${imported.plan.name} ${WORDS[was]}: ${textOf(imported)}`);
  if (answer !== null) output.data(answerText(answer, id));
}

const WORDS = { made: 'imported', renewed: 'imported anew', unchanged: 'is there already' };
