import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { encodeEvent, type TensorBoardEvent } from '../../tensorboard/event-proto.ts';
import { encodeRecord } from '../../tensorboard/tfrecord.ts';

const CHUNK = 2 ** 20;

/** One event file that is being written. */
export class EventFile {
  readonly #fd: number;
  #waiting: Uint8Array[] = [];
  #size = 0;

  /**
   * @param folder is there; TensorBoard takes it for the run
   * @param batch how far the run has trained. A TensorBoard that is open reads a file once, so the name of a longer one
   *   is another, and sorts after the old one
   * @param time milliseconds since 1970
   */
  constructor(folder: string, batch: number, time: number) {
    const name = `events.out.tfevents.${String(batch).padStart(10, '0')}.cosweep`;
    this.#fd = openSync(join(folder, name), 'wx');
    this.add({ wallTime: time / 1000, fileVersion: 'brain.Event:2' });
  }

  add(event: TensorBoardEvent): void {
    const record = encodeRecord(encodeEvent(event));
    this.#waiting.push(record);
    this.#size += record.length;
    if (this.#size > CHUNK) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#fd);
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#waiting);
    for (let written = 0; written < bytes.length;) written += writeSync(this.#fd, bytes, written);
    this.#waiting = [];
    this.#size = 0;
  }
}
