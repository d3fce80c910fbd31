/** Of a heap up to this size nothing is worth the time; in bytes. */
const SMALL = 100 * 2 ** 20;

/**
 * Collects what an answer has left, now rather than when the heap is full: a process that has nothing to do keeps
 * hundreds of MB otherwise. Node has to be started with `--expose-gc`.
 */
export function giveMemoryBack(): void {
  if (process.memoryUsage().heapTotal > SMALL) globalThis.gc?.();
}
