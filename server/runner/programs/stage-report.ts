import type { Series } from '../../training/curve-buffer.ts';
import { CurveBuffer } from '../../training/curve-buffer.ts';
import { parseLine } from './parse-line.ts';

/** A program broke the rules of its protocol; the message names the line. */
export class ProtocolError extends Error {
  override name = 'ProtocolError';
}

/** What a program says of itself. */
export interface Hello {
  versions: Record<string, string>;
  device: string | null;
  /** Absolute paths of its own files that it has imported; empty where it does not say. */
  modules: string[];
}

/** What a line means for whoever trains the stage. */
export type Told =
  | { kind: 'hello'; hello: Hello }
  /** It has come to this batch. */
  | { kind: 'progress'; batch: number }
  /** The arrays of an evaluation are in these files of its folder. */
  | { kind: 'arrays'; batch: number; part: 'val' | 'test'; files: ArrayFiles; line: number }
  /** The state after this many batches is in its folder; `digest` is the program's own, null where it gives none. */
  | { kind: 'saved'; batch: number; digest: string | null }
  /** The last line: it is at its end. `batch` of `diverged` is the first whose total was not finite. */
  | { kind: 'end'; outcome: 'done' | 'stopped' | 'diverged'; batch: number };

/** What a program hands over of an evaluation, by the names of files. */
export type ArrayFiles = Record<'features' | 'logits' | 'labels', string>;

const NAME = /^(train|val|test)\/[\w.+-]+(\/[\w.+-]+)*$/;

/** More metrics than this are names made of numbers by mistake. */
const MAX_METRICS = 1_000;

/** So many imported files are looked at. */
const MAX_MODULES = 5_000;

/**
 * What a program has reported of the stage [from, to), line by line. Points of `train/…` belong to batches from `from`
 * up to `to` − 1; those of evaluations to the number of batches trained, from `from` + 1 up to `to`, and 0 at the very
 * beginning. Every metric goes forward.
 */
export class StageReport {
  readonly #from: number;
  readonly #to: number;
  /** How lines are called in messages: `out.jsonl`. */
  readonly #source: string;
  #line = 0;
  #ended = false;
  #saved: number;
  /** By metric: the batch of its last point. */
  readonly #last = new Map<string, number>();
  /** Names of the files that arrays came in. */
  readonly #files = new Set<string>();
  /** Points that are not taken yet. */
  #waiting: { metric: string; batch: number; value: number }[] = [];

  constructor(from: number, to: number, source = 'out.jsonl') {
    this.#from = from;
    this.#to = to;
    this.#source = source;
    this.#saved = from;
  }

  /** Whether it has told any number. */
  get hasPoints(): boolean {
    return this.#last.size > 0;
  }

  /** @throws {ProtocolError} on a line that is none of the protocol's */
  take(text: string): Told[] {
    this.#line++;
    if (this.#ended) throw this.#wrong(`found a line after the last one, wanted none`);
    const read = parseLine(text);
    if ('problem' in read) throw this.#wrong(read.problem);
    const { value } = read;
    if ('hello' in value) return [{ kind: 'hello', hello: this.#hello(value.hello) }];
    if ('metrics' in value) return this.#points(value);
    if ('evaluation' in value) return [this.#arrays(value)];
    if ('saved' in value) return [this.#save(value)];
    for (const outcome of ['done', 'stopped', 'diverged'] as const)
      if (outcome in value) return [this.#end(outcome, value[outcome])];
    throw this.#wrong(
      `found ${JSON.stringify(Object.keys(value)).slice(0, 100)}, ` +
        'wanted hello, metrics, evaluation, saved, stopped, diverged or done',
    );
  }

  /** The first batch of which `train/total` was not finite ends the stage as `diverged` does. */
  #points({ batch, metrics }: Record<string, unknown>): Told[] {
    if (typeof metrics !== 'object' || metrics === null || Array.isArray(metrics))
      throw this.#wrong('found metrics that are no object, wanted {"train/total": 1.2}');
    const at = this.#batch('batch', batch, 0);
    for (const [metric, written] of Object.entries(metrics)) {
      const value = this.#number(metric, written);
      this.#point(metric, at, value);
      if (metric === 'train/total' && !Number.isFinite(value)) return [this.#end('diverged', at)];
    }
    return [{ kind: 'progress', batch: at }];
  }

  #arrays({ batch, evaluation, features, logits, labels }: Record<string, unknown>): Told {
    const at = this.#batch('batch', batch, 0);
    if (evaluation !== 'val' && evaluation !== 'test')
      throw this.#wrong(`found the evaluation ${JSON.stringify(evaluation)}, wanted val or test`);
    this.#arrayBatch(at, evaluation);
    const files = { features, logits, labels };
    for (const [name, file] of Object.entries(files))
      if (typeof file !== 'string' || !/^[\w.-]+$/.test(file))
        throw this.#wrong(`found ${JSON.stringify(file)} as ${name}, wanted the name of a file in the folder`);
    for (const file of Object.values(files) as string[]) {
      if (this.#files.has(file))
        throw this.#wrong(`found the file ${file} once more, wanted files of their own for each evaluation`);
      this.#files.add(file);
    }
    return { kind: 'arrays', batch: at, part: evaluation, files: files as ArrayFiles, line: this.#line };
  }

  /** Of each part every evaluation stands once, in order, as numbers do. */
  #arrayBatch(batch: number, part: string): void {
    const before = this.#last.get(`arrays of ${part}`);
    if (before !== undefined && batch <= before)
      throw this.#wrong(`found the arrays of ${part} at batch ${batch} after batch ${before}, wanted each batch once`);
    this.#last.set(`arrays of ${part}`, batch);
  }

  /**
   * What was measured of the arrays that a line handed over. A metric that the program has told of that batch itself
   * stays as it said.
   *
   * @throws {ProtocolError} as for what the line itself says
   */
  measured(batch: number, metrics: Readonly<Record<string, number>>): void {
    for (const [metric, value] of Object.entries(metrics))
      if (this.#last.get(metric) !== batch) this.#point(metric, batch, value);
  }

  #point(metric: string, batch: number, value: number): void {
    if (!NAME.test(metric) || metric.length > 100)
      throw this.#wrong(
        `found the metric ${JSON.stringify(metric)}, wanted a name such as train/total or val/accuracy`,
      );
    const isTraining = metric.startsWith('train/');
    const first = isTraining || this.#from === 0 ? this.#from : this.#from + 1;
    const last = isTraining ? this.#to - 1 : this.#to;
    if (!(batch >= first && batch <= last))
      throw this.#wrong(`found ${metric} at batch ${batch}, wanted batches from ${first} to ${last} in this stage`);
    const before = this.#last.get(metric);
    if (before !== undefined && batch <= before)
      throw this.#wrong(
        `found ${metric} at batch ${batch} after batch ${before}, wanted each batch once and in order ` +
          '(of several processes one alone reports, RANK 0)',
      );
    if (batch < this.#saved || (isTraining ? false : batch === this.#saved && this.#saved > this.#from))
      throw this.#wrong(`found ${metric} at batch ${batch}, which lies before the save at batch ${this.#saved}`);
    if (before === undefined && this.#last.size >= MAX_METRICS)
      throw this.#wrong(`found more than ${MAX_METRICS} different metrics, wanted names that stay the same`);
    this.#last.set(metric, batch);
    this.#waiting.push({ metric, batch, value });
  }

  #save({ saved, digest }: Record<string, unknown>): Told {
    const batch = this.#batch('saved', saved, this.#saved + 1);
    this.#saved = batch;
    return { kind: 'saved', batch, digest: typeof digest === 'string' ? digest.slice(0, 200) : null };
  }

  #end(outcome: 'done' | 'stopped' | 'diverged', written: unknown): Told {
    // Stopped without a save, it says null.
    const at = outcome === 'stopped' && written === null ? this.#from : written;
    const batch = this.#batch(outcome, at, outcome === 'done' ? this.#to : this.#from);
    if (outcome === 'stopped' && batch !== this.#saved && batch !== this.#from)
      throw this.#wrong(`found stopped at batch ${batch}, wanted the batch of the last save, ${this.#saved}`);
    this.#ended = true;
    return { kind: 'end', outcome, batch };
  }

  #batch(key: string, written: unknown, least: number): number {
    if (typeof written === 'number' && Number.isInteger(written) && written >= least && written <= this.#to)
      return written;
    const wanted = least === this.#to ? `${this.#to}` : `a whole number from ${least} to ${this.#to}`;
    throw this.#wrong(`found ${key} ${JSON.stringify(written) ?? 'missing'}, wanted ${wanted}`);
  }

  #number(metric: string, written: unknown): number {
    if (typeof written === 'number') return written;
    if (written === 'NaN' || written === 'Infinity' || written === '-Infinity') return Number(written);
    throw this.#wrong(`found ${JSON.stringify(written)?.slice(0, 100)} as ${metric}, wanted a number`);
  }

  #hello(written: unknown): Hello {
    const { versions, device, modules } = (typeof written === 'object' && written !== null ? written : {}) as Record<
      string,
      unknown
    >;
    const texts = typeof versions === 'object' && versions !== null ? Object.entries(versions).slice(0, 50) : [];
    return {
      versions: Object.fromEntries(texts.map(([name, version]) => [name.slice(0, 100), String(version).slice(0, 100)])),
      device: typeof device === 'string' ? device.slice(0, 200) : null,
      modules: Array.isArray(modules)
        ? modules.filter((file): file is string => typeof file === 'string').slice(0, MAX_MODULES)
        : [],
    };
  }

  /** Points of the batches before `batch`, and of evaluations up to it. They are given once. */
  pointsUpTo(batch: number): Series[] {
    const isDue = (point: { metric: string; batch: number }): boolean =>
      point.metric.startsWith('train/') ? point.batch < batch : point.batch <= batch;
    return this.#give(isDue);
  }

  /** All points that are not given yet. */
  rest(): Series[] {
    return this.#give(() => true);
  }

  #give(isDue: (point: { metric: string; batch: number }) => boolean): Series[] {
    const buffer = new CurveBuffer();
    for (const point of this.#waiting) if (isDue(point)) buffer.add(point.metric, point.batch, point.value);
    this.#waiting = this.#waiting.filter((point) => !isDue(point));
    return buffer.take();
  }

  #wrong(found: string): ProtocolError {
    return new ProtocolError(`${this.#source} line ${this.#line}: ${found}`);
  }
}
