import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { MergedDatabase } from '../runner/merging/merge-databases.ts';
import { parseConfirmKey } from '../sweep/definition/confirm-key.ts';
import { plural } from '../report/number-format.ts';
import { sweepName } from '../store/database/ids.ts';
import type { Storage } from '../store/database/storage.ts';
import { readSweep, type SweepRecord } from '../store/reading/read-sweep.ts';
import { printable } from '../sweep/printable.ts';
import type { Session } from './session.ts';
import { shellWord } from '../remote/shell-word.ts';

/** Says what a merge gave: on stdout how every sweep stands now, on stderr what there is to know of each database. */
export async function tellMerged(
  { output, json }: Session,
  storage: Storage,
  merged: readonly MergedDatabase[],
): Promise<void> {
  for (const each of merged) for (const note of notesOf(each)) output.say(note);
  const ids = [...new Set(merged.flatMap(({ sweeps }) => sweeps.map(({ sweepId }) => sweepId)))];
  const sweeps: SweepRecord[] = [];
  for (const id of ids) sweeps.push((await readSweep(storage, id))!);
  if (json) output.json({ sweeps: sweeps.map(toJson), databases: merged.map(databaseJson) });
  else for (const sweep of sweeps) output.data(sweepText(sweep, storage.file));
}

function notesOf({ part, runs, sweeps, lost, otherBits }: MergedDatabase): string[] {
  const { file } = part.storage;
  const nothing = runs.made + runs.advanced === 0 && sweeps.every(({ was }) => was === 'unchanged');
  const renamed = sweeps.flatMap(({ sweepId, theirs, renamed: name }) =>
    name === null
      ? []
      : [
          `${sweepName(theirs)} of ${file} is ${sweepName(sweepId)} here, under another name: another sweep is ` +
            `called ${JSON.stringify(printable(name))}`,
        ],
  );
  return [
    nothing
      ? `${file}: everything was here already`
      : `${file}: ${plural(runs.made, 'new run')}, ${plural(runs.advanced, 'run')} further than before`,
    ...renamed,
    ...(otherBits === 0
      ? []
      : [`${file}: ${plural(otherBits, 'run')} of other bits than those that are stored: another edition of them`]),
    ...(lost === 0
      ? []
      : [`${file}: ${plural(lost, 'checkpoint')} lost or damaged there; what needs them is trained again`]),
  ];
}

function sweepText(sweep: SweepRecord, db: string): string {
  const { id, name, state, counts } = sweep;
  const done = counts.complete + counts.diverged;
  const left = state === 'complete' ? '' : `; ${howToContinue(sweep, db)} trains what is missing`;
  return `${id} ${printable(name)}: ${done} of ${plural(runsOf(sweep), 'run')}, ${state}${left}`;
}

/** Relative paths of a sweep from another machine lead nowhere, until its definition is run from where it is here. */
function howToContinue({ id, definitionPath, folder }: SweepRecord, db: string): string {
  const isOfFile = definitionPath !== null && parseConfirmKey(definitionPath) === null;
  if (!isOfFile || existsSync(folder)) return `\`cosweep run ${id}\``;
  const file = printable(basename(definitionPath));
  return `\`cosweep run ${shellWord(file)} --db ${shellWord(db)}\`, with the path that the definition has here,`;
}

function runsOf({ armList, plan }: SweepRecord): number {
  return armList.length * plan.seeds.length;
}

function toJson(sweep: SweepRecord) {
  const { id, name, state, counts } = sweep;
  return { sweepId: id, name, state, runs: runsOf(sweep), complete: counts.complete, diverged: counts.diverged };
}

function databaseJson({ part, sweeps, runs, checkpoints, lost, otherBits }: MergedDatabase) {
  return {
    file: part.storage.file,
    sweeps: sweeps.map(({ sweepId, theirs, was }) => ({
      sweepId: sweepName(sweepId),
      theirs: sweepName(theirs),
      was,
    })),
    runs,
    checkpoints: { merged: checkpoints, lost },
    otherBits,
  };
}
