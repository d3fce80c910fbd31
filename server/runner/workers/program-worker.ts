import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../../store/training/run-state.ts';
import { packageVersion } from '../../training/engines/packages.ts';
import { projectFolder } from '../../training/project-folder.ts';
import { writeUnnamed } from '../checkpoints/checkpoint-files.ts';
import { programEnvironment } from '../programs/program-environment.ts';
import { ProgramProcess } from '../programs/program-process.ts';
import { processorModel } from '../programs/processor-model.ts';
import { packFolder, unpackFolder } from '../programs/save-archive.ts';
import { StageFolder } from '../programs/stage-folder.ts';
import { trainProgram, type ProgramSegment } from '../programs/train-program.ts';
import type { ProgramOrder, ProgramPlace, SegmentReport, Start, ToWorker } from './messages.ts';
import { followMain, sayAlive, send, sendFailure } from './to-main.ts';

// A worker process that has a user's program train: one stage after the other, as the main process says. It stands
// between the two so that the program ends with it, and so that large checkpoints are never in the main process.

/** At least so many seconds lie between two saves that Cosweep asks for. */
const SAVE_EVERY = 20;
/** Saves take at most this share of the time. */
const SAVING_SHARE = 0.05;

let place: ProgramPlace | undefined;
let stopping = false;
let isTraining = false;
/** A resident program that waits for its next stage, and the arguments that it was started with. */
let resident: ProgramProcess | null = null;
let residentCommand = '';
/** At work now. */
let running: ProgramProcess | null = null;
/** What it took to put away the last save, in seconds. */
let saveTook = 0;

followMain(end);

process.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'openProgram':
      place = message.place;
      return send({ kind: 'ready', device: place.device, versions: { cosweep: packageVersion(projectFolder()) } });
    case 'sign':
      return send({ kind: 'signed', signatures: message.structures.map(() => null) });
    case 'train':
      stopping = false;
      return void report(() => train(message.order as ProgramOrder));
    case 'stop':
      stopping = true;
  }
});

async function train(order: ProgramOrder): Promise<void> {
  const { settings, command, start, from, to } = order;
  const folder = new StageFolder(join(place!.stages, `${order.stage}-${randomUUID().slice(0, 8)}`));
  const begins = start?.batch ?? 0;
  let last = null as SegmentReport | null;
  isTraining = true;
  try {
    const saveEverySeconds = order.saveEverySeconds ?? saveEvery();
    await folder.prepare({ ...order.order, from: begins, to, saveEverySeconds }, restoring(order));
    const program = begin(settings.resident ? null : folder.path, settings, command);
    if (settings.resident) program.hand(folder.path);
    let isLoaded = false;
    const load = (machine: Machine | null, modules: string[] = []): void => {
      if (!isLoaded) send({ kind: 'loaded', loaded: { classes: null, evaluated: null, machine, modules } });
      isLoaded = true;
    };
    const { batches, evalEvery } = order.order;
    const stage = { settings, begins, from, to, batchesPerEpoch: order.batchesPerEpoch, batches, evalEvery };
    await trainProgram(stage, folder, program, {
      onHello: ({ versions, device, modules }) => load({ device: deviceOf(device, place!), versions }, modules),
      onProgress: (batch) => {
        load(null);
        send({ kind: 'progress', batch });
      },
      onAlive: sayAlive,
      onSegment: async (segment) => {
        load(null);
        const report = await toReport(segment, order, folder);
        if (report.result === null) send({ kind: 'segment', segment: report });
        else last = report;
      },
      shouldStop: () => stopping,
    });
  } finally {
    isTraining = false;
    if (!settings.resident || last?.result?.outcome !== 'complete') drop();
    await folder.remove();
  }
  // Told when nothing of the stage is left: the main process may end this one at once.
  send({ kind: 'segment', segment: last! });
}

/** A program that sees one card of several of a model knows the model alone, and not which processor it is on. */
function deviceOf(told: string | null, { device }: ProgramPlace): string {
  if (told === null || device.startsWith(told)) return device;
  return /^cpu$/i.test(told) ? `${told} (${processorModel()})` : told;
}

/** A resident program goes on where its arguments are the same; any other one is started anew. */
function begin(stage: string | null, settings: ProgramOrder['settings'], command: readonly string[]): ProgramProcess {
  const written = JSON.stringify(command);
  if (settings.resident && resident?.ending === null && written === residentCommand) return (running = resident);
  resident?.killAll();
  residentCommand = written;
  const { copy, ...given } = place!;
  const env = programEnvironment({ ...given, names: settings.env, stage });
  running = new ProgramProcess({ command, cwd: copy, env, isResident: settings.resident });
  if (running.pid !== undefined) send({ kind: 'program', pid: running.pid });
  resident = settings.resident ? running : null;
  return running;
}

/** Nothing of the program stays behind. */
function drop(): void {
  running?.killAll();
  running = resident = null;
  send({ kind: 'program', pid: null });
}

/** In milliseconds: so long a resident program may take to end by itself. */
const ENDS_WITHIN = 3_000;

async function end(): Promise<void> {
  if (resident !== null && !isTraining) {
    resident.noMore();
    await Promise.race([resident.exited, sleep(ENDS_WITHIN)]);
  }
  running?.killAll();
  process.exit();
}

function saveEvery(): number {
  return Math.max(SAVE_EVERY, Math.ceil(saveTook / SAVING_SHARE));
}

/** Writes the checkpoint that a stage begins with; null where it begins with nothing. */
function restoring({ start, checkpoints }: ProgramOrder): ((folder: string) => Promise<unknown>) | null {
  return start && ((folder) => unpackFolder(contentOf(start, checkpoints.folder), folder));
}

function contentOf({ content, hash }: Start, folder: string): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (content === null) throw new Error(`Cannot continue from checkpoint ${hash}: it was not sent`);
  return 'bytes' in content ? [content.bytes] : livingly(createReadStream(join(folder, content.file)));
}

async function toReport(
  { saved, seconds, to, ...segment }: ProgramSegment,
  { checkpoints }: ProgramOrder,
  folder: StageFolder,
): Promise<SegmentReport> {
  // What the program uses is not measured.
  const report = { ...segment, to, seconds: { training: seconds, evaluation: 0 }, usage: null };
  if (saved === null) return { ...report, checkpoint: null };
  const started = performance.now();
  // The program is done with this save, and may write others meanwhile.
  const taken = `${folder.path}/taken-${to}`;
  await rename(saved, taken).catch(() => {
    throw new Error(`the program said that it had saved batch ${to}, and there is no folder save/${to}`);
  });
  const { file, hash, size } = await writeUnnamed(checkpoints.folder, checkpoints.name, livingly(packFolder(taken)));
  saveTook = (performance.now() - started) / 1000;
  await rm(taken, { recursive: true, force: true });
  return { ...report, checkpoint: { batch: to, hash, size, content: { file } } };
}

/** Pieces on their way; a checkpoint may be so large that it takes minutes. */
async function* livingly(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) {
    sayAlive();
    yield piece;
  }
}

async function report(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    await sendFailure(thrown, false);
  }
}
