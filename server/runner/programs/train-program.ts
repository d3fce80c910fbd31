import { setTimeout as sleep } from 'node:timers/promises';
import type { Series } from '../../training/curve-buffer.ts';
import type { Evaluation } from '../../training/evaluate.ts';
import type { FitResult } from '../../training/fit-task.ts';
import { measureArrays } from '../../training/measures/measure-arrays.ts';
import type { ProgramSettings } from '../../sweep/settings.ts';
import { PrintedLines } from './printed-lines.ts';
import type { ProgramProcess } from './program-process.ts';
import type { StageFolder } from './stage-folder.ts';
import { readArrays } from './read-arrays.ts';
import { ProtocolError, StageReport, type Hello, type Told } from './stage-report.ts';

/** Milliseconds between two looks at what a program has reported. */
const LOOK = 50;

/** In milliseconds: so long a program that has told its end may take to go. */
const GOES_WITHIN = 10_000;

/** A stretch of a stage that a program has trained. */
export interface ProgramSegment {
  from: number;
  to: number;
  points: Series[];
  /** The folder with the state after batch `to`; null where nothing can be continued from there. */
  saved: string | null;
  /** What the program itself says of that state; null where it says nothing. */
  digest: string | null;
  /** What was measured of the arrays that it handed over. */
  evaluations: Evaluation[];
  seconds: number;
  result: FitResult | null;
}

export interface ProgramStage {
  settings: ProgramSettings;
  /** Batches [from, to) are recorded; the program begins at `begins`. */
  begins: number;
  from: number;
  to: number;
  batchesPerEpoch: number | null;
  /** Of the whole run. */
  batches: number;
  evalEvery: number;
}

export interface ProgramCallbacks {
  onHello(hello: Hello): void;
  onProgress(batch: number): void;
  onAlive(): void;
  /** Called in order. When it is done, the saved folder may go. */
  onSegment(segment: ProgramSegment): Promise<void>;
  shouldStop(): boolean;
}

/**
 * Follows a program through one stage: reads what it reports, takes what it saves, and ends it where it is to stop, is
 * silent for too long, or breaks the protocol. Of a program that cannot fork all counts once it is done.
 *
 * @throws {Error} where the stage failed; what was told before stays right
 */
export async function trainProgram(
  stage: ProgramStage,
  folder: StageFolder,
  program: ProgramProcess,
  told: ProgramCallbacks,
): Promise<void> {
  const following = new Following(stage, folder, program, told);
  try {
    await following.toTheEnd();
  } catch (error) {
    program.killAll();
    throw error;
  }
}

/** How a program says that it is at its end. */
type End = Pick<Told & { kind: 'end' }, 'outcome' | 'batch'>;

class Following {
  readonly #stage: ProgramStage;
  readonly #folder: StageFolder;
  readonly #program: ProgramProcess;
  readonly #told: ProgramCallbacks;
  readonly #report: StageReport;
  readonly #printed: PrintedLines | null;
  /** Up to here segments are told. */
  #at: number;
  #since = performance.now();
  #heard = performance.now();
  /** Measured, and not told yet. */
  #evaluations: Evaluation[] = [];
  /** When it was asked to stop; null before. */
  #asked: number | null = null;
  #ended: End | null = null;
  /** By batch: what the program says of the state that it saved there. */
  readonly #digests = new Map<number, string>();

  constructor(stage: ProgramStage, folder: StageFolder, program: ProgramProcess, told: ProgramCallbacks) {
    this.#stage = stage;
    this.#folder = folder;
    this.#program = program;
    this.#told = told;
    const { settings, begins, from, to, batchesPerEpoch } = stage;
    const isPrinting = settings.metrics === 'stdout';
    this.#report = new StageReport(begins, to, isPrinting ? 'stdout' : 'out.jsonl');
    this.#printed = isPrinting
      ? new PrintedLines(program.stdout, { names: settings.names, batchesPerEpoch, to })
      : null;
    this.#at = from;
  }

  async toTheEnd(): Promise<void> {
    while (this.#ended === null) {
      // Looked at before the lines are read: what a program wrote before its end is there by then.
      const isGone = this.#program.ending !== null;
      if (isGone) this.#printed?.flush();
      const lines = await this.#readLines();
      for (const line of lines) {
        await this.#take(line);
        if ((this.#ended as End | null)?.outcome === 'diverged') break; // what comes after is of no interest
      }
      if (this.#ended !== null) break;
      if (isGone && lines.length === 0) return this.#leave();
      if (await this.#isCut()) return;
      if (lines.length === 0) await sleep(LOOK);
    }
    await this.#finish(this.#ended!);
  }

  async #readLines(): Promise<string[]> {
    const lines = this.#printed?.readLines() ?? (await this.#folder.readLines());
    if (lines.length > 0 || this.#printed?.hasPrinted()) this.#hear();
    return lines;
  }

  #hear(): void {
    this.#heard = performance.now();
    this.#told.onAlive();
  }

  async #take(line: string): Promise<void> {
    for (const told of this.#report.take(line)) {
      if (told.kind === 'hello') this.#told.onHello(told.hello);
      if (told.kind === 'progress') this.#told.onProgress(told.batch);
      if (told.kind === 'arrays') await this.#measure(told);
      if (told.kind === 'saved') await this.#save(told);
      if (told.kind === 'arrays' || told.kind === 'saved') this.#hear(); // that took this process its time
      if (told.kind === 'end') this.#ended = told;
    }
  }

  async #measure({ batch, part, files, line }: Told & { kind: 'arrays' }): Promise<void> {
    const { batches, evalEvery } = this.#stage;
    const arrays = await readArrays(this.#folder.path, files).catch((error: Error) => {
      throw new ProtocolError(`out.jsonl line ${line}: ${error.message}`);
    });
    const evaluation = measureArrays(arrays, { batch, part, batches, evalEvery });
    this.#report.measured(batch, evaluation.metrics);
    this.#evaluations.push(evaluation);
  }

  /** What a program that cannot fork saves is its own affair. */
  async #save({ batch, digest }: Told & { kind: 'saved' }): Promise<void> {
    const { settings, from, to } = this.#stage;
    if (digest !== null) this.#digests.set(batch, digest);
    if (!settings.fork || batch <= from || batch === to) return; // the one at the end comes with the result
    await this.#tell(batch, this.#report.pointsUpTo(batch), this.#folder.saved(batch), null);
  }

  /** Whether the stage ends here, since the program was to stop and did not, or says nothing any more. */
  async #isCut(): Promise<boolean> {
    const { settings } = this.#stage;
    if (this.#told.shouldStop() && this.#asked === null) {
      this.#asked = performance.now();
      await this.#folder.askToStop();
      this.#program.askToEnd();
    }
    if (this.#asked !== null) {
      this.#told.onAlive();
      if (performance.now() - this.#asked < 1000 * settings.grace) return false;
      this.#program.killAll();
      await this.#tell(this.#at, [], null, stopped(this.#at));
      return true;
    }
    const silence = performance.now() - this.#heard;
    if (silence > 1000 * settings.timeout)
      throw new Error(
        `the program reported nothing for ${Math.round(silence / 1000)} s and was killed ` +
          `(training.program.timeout)${this.#program.lastWords}`,
      );
    this.#told.onAlive();
    return false;
  }

  /** The process ended without a last line. */
  async #leave(): Promise<void> {
    const { code, how } = this.#program.ending!;
    const { settings, to } = this.#stage;
    if (this.#asked !== null) return this.#tell(this.#at, [], null, stopped(this.#at));
    const isPrinting = settings.metrics === 'stdout';
    if (code === 0 && isPrinting && this.#report.hasPoints) return this.#finish({ outcome: 'done', batch: to });
    const missing = isPrinting
      ? 'wanted lines such as step=100 loss=0.5 or epoch=1 loss=0.5 before it (epochs need training.batchesPerEpoch)'
      : `wanted {"done": ${to}} in out.jsonl before it`;
    const wanted = code === 0 ? `, ${missing}` : '';
    throw new Error(`the program ended (${how})${wanted}${this.#program.lastWords}`);
  }

  async #finish({ outcome, batch }: End): Promise<void> {
    const { settings, to } = this.#stage;
    if (outcome === 'diverged') {
      this.#program.killAll();
      const end = Math.max(this.#at, Math.min(batch + 1, to));
      // What it told of later batches is of no interest.
      return this.#tell(end, this.#report.pointsUpTo(end), null, { outcome, batch, intraDead: null });
    }
    if (!settings.resident) await this.#exit();
    if (outcome === 'stopped') {
      if (this.#asked === null) throw new Error(`the program stopped at batch ${batch}, wanted {"done": ${to}}`);
      return this.#tell(this.#at, [], null, stopped(this.#at));
    }
    const saved = settings.fork ? this.#folder.saved(to) : null;
    await this.#tell(to, this.#report.rest(), saved, { outcome: 'complete', batch: to, intraDead: null });
  }

  /** It has said its last; an exit code that is not 0 still counts. */
  async #exit(): Promise<void> {
    const ending = await Promise.race([this.#program.exited, sleep(GOES_WITHIN, null, { ref: false })]);
    if (ending === null) return this.#program.killAll();
    // One that sees the file `stop` may be at its end when SIGTERM comes.
    if (this.#asked !== null && ending.code === null) return;
    if (ending.code !== 0)
      throw new Error(`the program said that it was done, and ended (${ending.how})${this.#program.lastWords}`);
  }

  async #tell(to: number, points: Series[], saved: string | null, result: FitResult | null): Promise<void> {
    const now = performance.now();
    const seconds = (now - this.#since) / 1000;
    this.#since = now;
    const from = this.#at;
    this.#at = to;
    const evaluations = this.#evaluations.filter(({ batch }) => batch <= to && (batch > from || from === 0));
    this.#evaluations = this.#evaluations.filter(({ batch }) => batch > to);
    const digest = saved === null ? null : (this.#digests.get(to) ?? null);
    const fresh = points.map((each) => pointsSince(each, from));
    await this.#told.onSegment({ from, to, points: fresh, evaluations, saved, digest, seconds, result });
  }
}

function stopped(batch: number): FitResult {
  return { outcome: 'stopped', batch, intraDead: null };
}

/** Without the points before a batch: those of batches that are trained once more only to come to their state. */
function pointsSince({ metric, epsilon, batches, values }: Series, from: number): Series {
  // An evaluation belongs to the batches before it.
  const least = from === 0 || metric.startsWith('train/') ? from : from + 1;
  const first = batches.findIndex((batch) => batch >= least);
  const start = first < 0 ? batches.length : first;
  return { metric, epsilon, batches: batches.subarray(start), values: values.subarray(start) };
}
