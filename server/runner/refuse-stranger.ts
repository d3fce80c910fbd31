import { existsSync } from 'node:fs';
import { programsFolderOf } from '../store/database/programs-folder.ts';
import { readSweep, type SweepRecord } from '../store/reading/read-sweep.ts';
import { printable } from '../sweep/printable.ts';
import { isProgramEngine } from '../sweep/program-engine.ts';
import { isProgram, type ProgramSettings } from '../sweep/settings.ts';
import { UserError } from '../sweep/user-error.ts';
import { programFiles, programFolder } from './programs/program-files.ts';
import { isTrusted, trustProgram } from './programs/trusted.ts';
import type { SweepOptions } from './run-options.ts';

/**
 * A database that was made elsewhere, or merged with one, brings programs with it: such a program is started once its
 * user has said so.
 *
 * @throws {UserError} which names the command and the files
 */
export async function refuseStranger({
  storage,
  sweepId,
  trustsProgram = false,
}: Pick<SweepOptions, 'storage' | 'sweepId' | 'trustsProgram'>): Promise<void> {
  const sweep = await readSweep(storage, sweepId);
  const training = sweep?.armList[0]?.training;
  if (!sweep || !isProgramEngine(sweep.engine) || training === undefined || !isProgram(training)) return;
  const copy = programFolder(programsFolderOf(storage), sweep.engine);
  if (!existsSync(copy)) return; // whoever hires says so
  if (trustsProgram) return trustProgram(copy, sweep.armList);
  if (!(await isTrusted(copy, sweep.armList))) throw refusal(sweep, training.program, copy, await programFiles(copy));
}

function refusal(
  { id, name }: SweepRecord,
  { command, env }: ProgramSettings,
  copy: string,
  files: ReadonlyMap<string, string>,
): UserError {
  const names = [...files.keys()];
  const shown = names.slice(0, MOST_NAMED).join(', ');
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return new UserError(
    [
      `Cannot train ${id} ${name}: it runs a program with your rights that was not planned on this machine by you, ` +
        'or with other texts among its settings',
      `  command      ${JSON.stringify(command)}`,
      `  files        ${names.length === 0 ? 'none' : `${shown}${more}`}, in ${copy}`,
      ...(env.length === 0 ? [] : [`  environment  ${env.join(', ')}`]),
      `Wanted: --trust-program, once you have looked at them (\`cosweep run ${id} --trust-program\`)`,
    ]
      .map(printable)
      .join('\n'),
  );
}

const MOST_NAMED = 20;
