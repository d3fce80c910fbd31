import { mkdir, open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** The protocol's version, in `order.json`. */
const VERSION = 1;

/** Bytes that are read at once. */
const CHUNK = 2 ** 18;

/** A longer line is no report, in bytes. */
const MAX_LINE = 2 ** 20;

/** What a program is asked to train, as `order.json` says it. */
export interface Order {
  seed: number;
  /** Batches [from, to). */
  from: number;
  to: number;
  /** Of the whole run. */
  batches: number;
  evalEvery: number;
  saveEverySeconds: number;
  /** The five numbers as far as they are declared; null for one that is not in force in this stage. */
  parameters: Readonly<Record<string, unknown>>;
  loss: object;
  training: Readonly<Record<string, unknown>>;
}

/** The folder by which one attempt at a stage is asked for and answered. */
export class StageFolder {
  readonly path: string;
  #out: FileHandle | null = null;
  #read = 0;
  #unended = '';

  /** @param path of a folder that is not there yet */
  constructor(path: string) {
    this.path = path;
  }

  /**
   * @param restore writes the checkpoint to continue from into a folder; null for batch 0
   */
  async prepare(order: Order, restore: ((folder: string) => Promise<unknown>) | null): Promise<void> {
    await mkdir(join(this.path, 'save'), { recursive: true, mode: 0o700 });
    await restore?.(join(this.path, 'start'));
    const start = restore === null ? null : { batch: order.from };
    const text = JSON.stringify({ cosweep: VERSION, ...order, start }, null, 2);
    await writeFile(join(this.path, 'out.jsonl'), '');
    // A program that looks for its order finds it whole.
    await writeFile(join(this.path, 'order.json.tmp'), `${text}\n`);
    await rename(join(this.path, 'order.json.tmp'), join(this.path, 'order.json'));
  }

  saved(batch: number): string {
    return join(this.path, 'save', String(batch));
  }

  async askToStop(): Promise<void> {
    await writeFile(join(this.path, 'stop'), '');
  }

  /** Whole lines that the program has added to `out.jsonl`: as many as come in one piece. */
  async readLines(): Promise<string[]> {
    this.#out ??= await open(join(this.path, 'out.jsonl'), 'r');
    for (;;) {
      const { bytesRead, buffer } = await this.#out.read({ buffer: Buffer.alloc(CHUNK), position: this.#read });
      // Cut behind the last line break, so that no sign of several bytes is torn.
      const end = bytesRead === 0 ? 0 : buffer.lastIndexOf(10, bytesRead - 1) + 1;
      if (end === 0 && bytesRead < CHUNK) return []; // a line that has begun is read again once more of it is there
      const text = this.#unended + buffer.toString('utf8', 0, end === 0 ? bytesRead : end);
      this.#read += end === 0 ? bytesRead : end;
      this.#unended = end === 0 ? text : '';
      if (this.#unended.length > MAX_LINE)
        throw new Error(`out.jsonl: found a line of more than ${MAX_LINE} characters, wanted a line for each report`);
      if (end > 0) return text.split('\n').filter((line) => line.trim() !== '');
    }
  }

  async remove(): Promise<void> {
    await this.#out?.close().catch(() => {});
    this.#out = null;
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}
