/*
 * The lines of a log that are Cosweep's own, and what is read back from them. What a worker process writes is quoted
 * behind `stdout:` or `stderr:`, so that it cannot pass for one of these.
 */

/** What is known of an attempt from its first line. */
export interface AttemptBegin {
  /** Batches [from, to) are to be trained. */
  from: number;
  to: number;
  worker: number;
  /** Of the lease under which it was trained. */
  token: number;
}

/** @param details in words, such as the engine */
export function beginLine({ from, to, worker, token }: AttemptBegin, details: readonly string[]): string {
  return [`begin: batches [${from}, ${to})`, `worker ${worker}`, `lease ${token}`, ...details].join(', ');
}

/** @returns null where the first line is not there yet, or is none of ours */
export function parseBegin(text: string): (AttemptBegin & { at: Date }) | null {
  const found = /^(\S+) begin: batches \[(\d+), (\d+)\), worker (\d+), lease (\d+)[,\n]/.exec(text);
  const at = new Date(found?.[1] ?? '');
  if (!found || Number.isNaN(at.getTime())) return null;
  const [from, to, worker, token] = found.slice(2).map(Number) as [number, number, number, number];
  return { at, from, to, worker, token };
}

/** Of a reason so many lines are told, and of a line so many characters. */
const MOST_LINES = 40;
const MOST_CHARACTERS = 1000;

/** How it ended; each line of a reason is a line of the log. */
export function endLines(how: string): string[] {
  return how
    .trim()
    .split('\n', MOST_LINES)
    .map((line) => `end: ${line.slice(0, MOST_CHARACTERS)}`);
}

/** Whether a log that ends with this text has come to its end. */
export function hasEnded(text: string): boolean {
  return /(^|\n)\S+ end: [^\n]*\n$/.test(text);
}
