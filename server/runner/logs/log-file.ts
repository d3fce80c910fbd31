import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { LOG_FILE_MODE, LOG_FOLDER_MODE, TAILS } from '../../store/database/log-folder.ts';
import { logPartsOf, tailPath } from '../../store/database/log-parts.ts';

/** How much of a log is kept, in bytes. */
export interface LogSizes {
  /** Of its beginning. */
  head: number;
  /** Each of two tails; when the second one is full, the first one is deleted and a new one begun. */
  tail: number;
  /** Held in memory until it is written; the oldest of what is more is left out. */
  waiting: number;
}

const SIZES: LogSizes = { head: 5_000_000, tail: 2_500_000, waiting: 1_000_000 };

/** Where a log is written. */
export interface LogPlace {
  folder: string;
  name: string;
  /** True where it may be there already and is continued. */
  continues: boolean;
}

/** Hears of a log. */
export interface LogFileListener {
  /** At most once. @param isEmpty whether nothing of it was written */
  failed(error: unknown, isEmpty: boolean): void;
  ended(): void;
}

/**
 * A log of limited size: its head stays, and of the rest the newest. Whoever writes never waits and never fails. What
 * comes faster than the disk takes it is left out, and where the disk refuses it the log ends there. All that was
 * written up to then can be read, whenever this process is killed.
 */
export class LogFile {
  readonly #place: LogPlace;
  readonly #sizes: LogSizes;
  readonly #listener: LogFileListener;
  readonly #waiting: Buffer[] = [];
  #bytesWaiting = 0;
  #leftOut = 0;
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  /** False from the first failure on. */
  #works = true;
  /** The file that is being written, and how many bytes it takes yet. */
  #part: { handle: FileHandle; room: number } | null = null;
  /** By where they begin, oldest first. */
  #tails: number[] = [];
  #end = 0;

  constructor(place: LogPlace, listener: LogFileListener, sizes = SIZES) {
    this.#place = place;
    this.#listener = listener;
    this.#sizes = sizes;
  }

  write(text: string): void {
    if (!this.#works) return;
    const bytes = Buffer.from(text);
    this.#waiting.push(bytes);
    this.#bytesWaiting += bytes.length;
    while (this.#bytesWaiting > this.#sizes.waiting && this.#waiting.length > 1) {
      const { length } = this.#waiting.shift()!;
      this.#bytesWaiting -= length;
      this.#leftOut += length;
    }
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#writing = this.#writeAll();
  }

  /** So much is held in memory. */
  get bytesWaiting(): number {
    return this.#bytesWaiting;
  }

  get isBusy(): boolean {
    return this.#isWriting;
  }

  /** Everything is written, or cannot be. */
  async end(): Promise<void> {
    this.#works = false; // what comes from now on would be written to a closed file
    await this.#writing;
    await this.#part?.handle.close().catch(() => {});
    this.#part = null;
    this.#listener.ended();
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#bytesWaiting > 0) await this.#append(this.#take());
    } catch (error) {
      this.#works = false;
      this.#take();
      this.#listener.failed(error, this.#end === 0);
    } finally {
      this.#isWriting = false;
    }
  }

  #take(): Buffer {
    const note = this.#leftOut > 0 ? [Buffer.from(leftOutNote(this.#leftOut))] : [];
    const bytes = Buffer.concat([...note, ...this.#waiting.splice(0)]);
    this.#bytesWaiting = this.#leftOut = 0;
    return bytes;
  }

  async #append(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const part = (this.#part = await this.#partWithRoom());
      const piece = bytes.subarray(at, at + part.room);
      await part.handle.appendFile(piece);
      part.room -= piece.length;
      this.#end += piece.length;
      at += piece.length;
    }
  }

  async #partWithRoom(): Promise<{ handle: FileHandle; room: number }> {
    const { folder, name, continues } = this.#place;
    if (this.#part && this.#part.room > 0) return this.#part;
    if (this.#part) await this.#part.handle.close();
    else if (continues) await this.#findEnd();
    const { head, tail } = this.#sizes;
    if (this.#end < head) return { handle: await openToAppend(join(folder, name)), room: head - this.#end };
    const newest = this.#tails.at(-1);
    if (newest === undefined || this.#end - newest >= tail) await this.#beginTail();
    const start = this.#tails.at(-1)!;
    return { handle: await openToAppend(tailPath(folder, name, start)), room: start + tail - this.#end };
  }

  async #findEnd(): Promise<void> {
    const parts = await logPartsOf(this.#place.folder, this.#place.name);
    this.#tails = parts.slice(1).map(({ start }) => start);
    this.#end = parts.at(-1)?.end ?? 0;
  }

  async #beginTail(): Promise<void> {
    const { folder, name } = this.#place;
    await mkdir(join(folder, TAILS), { recursive: true, mode: LOG_FOLDER_MODE });
    this.#tails.push(this.#end);
    for (const start of this.#tails.splice(0, this.#tails.length - 2))
      await rm(tailPath(folder, name, start), { force: true });
  }
}

function openToAppend(path: string): Promise<FileHandle> {
  return open(path, 'a', LOG_FILE_MODE);
}

function leftOutNote(bytes: number): string {
  return `\n… ${bytes} bytes are left out here: they came faster than they could be written …\n`;
}
