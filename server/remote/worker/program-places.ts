import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { judgeHere } from '../../runner/exactness/verdict-here.ts';
import { signerOf } from '../../runner/exactness/sign-program.ts';
import { Logs } from '../../runner/logs/logs.ts';
import { fingerprintData } from '../../runner/programs/data-fingerprint.ts';
import { stagesFolder, unpackProgram } from '../../runner/programs/program-files.ts';
import { hireForProgram } from '../../runner/workers/hire-worker.ts';
import { findSeats } from '../../runner/workers/program-seats.ts';
import type { ProgramSettings } from '../../sweep/settings.ts';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { findProgram } from '../../training/engines/tensorflow/command.ts';
import type { SentProgram } from '../messages/bodies.ts';
import type { Here, Places, Share } from './places.ts';

/**
 * Brings a user's program to this machine, sees whether its data is here and whether it continues exactly, and finds
 * places for it.
 *
 * @throws {UserError | OutsideError} why it cannot train here, beginning with "its"
 */
export async function placesForProgram(engine: string, sent: SentProgram, here: Here & Share): Promise<Places> {
  const { settings, dataFingerprint, subjects, first, sweep } = sent;
  const { ended, say } = here;
  const stages = stagesFolder(here.folder);
  await mkdir(stages, { recursive: true, mode: 0o700 });
  const copy = await bring(engine, sent, here);
  refuseMissing(settings.command[0], copy);
  // A folder that all machines see is the same here.
  const folder = existsSync(sent.folder) ? sent.folder : copy;
  await refuseOtherData(sent, folder);
  const { seats, placeOf, cardOf } = await findSeats(
    { copy, folder, stages },
    settings,
    { device: here.device, workers: here.slots, perDevice: here.perDevice },
    say,
  );
  const hire = hireForProgram(engine, placeOf, { patience: here.patience, logs: Logs.none() });
  const program = { hire, seats, copy, folder, stages, dataFingerprint };
  const judged = await judgeHere(subjects, program, { isKnownOnly: false, sweep, ended, say });
  const { against = null, inexact = null, exact = [] } = judged ?? {};
  if (against !== null) throw new UserError(against);
  return {
    seats,
    hire,
    cardOf,
    sign: signerOf({ subjects, exact, first }, stages),
    inexact,
  };
}

async function bring(engine: string, { bundle }: SentProgram, { cache, folder }: Here): Promise<string> {
  const bytes = await cache.read(bundle.hash);
  if (bytes !== null) return unpackProgram(bytes, join(folder, 'programs'), engine);
  throw new OutsideError(
    `its program could not be fetched: the head does not have blob ${bundle.hash}; ` +
      'wanted: a head that trains this sweep',
  );
}

/** A machine without it would fail everybody's stages. */
function refuseMissing(command: ProgramSettings['command'][number] | undefined, copy: string): void {
  const [name] = [command].flat() as string[];
  // What a template makes of it is another thing in each arm.
  if (name === undefined || name.includes('{')) return;
  const isPath = /[\\/]/.test(name);
  if (isPath ? existsSync(resolve(copy, name)) : findProgram(name) !== null) return;
  throw new OutsideError(
    `its program starts ${name}, which is not on this machine (${copy}, PATH); wanted: what it needs, installed here`,
  );
}

/** What it is trained on is not brought: it may be of any size. */
async function refuseOtherData({ settings, dataFingerprint }: SentProgram, folder: string): Promise<void> {
  const found = await fingerprintData(settings, folder);
  if (found === dataFingerprint) return;
  throw new UserError(
    `its program's data is not that of the head's machine: found ${found.slice(0, 12)}…, ` +
      `wanted ${dataFingerprint.slice(0, 12)}… (training.program.data, below ${folder})`,
  );
}
