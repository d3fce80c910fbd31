// Names of queues; the broker puts the prefix of the database before them.

/** What is for the head, and the head's own name as a sender. */
export const HEAD = 'head';

/** What is for one worker. */
export function inboxOf(worker: string): string {
  return `worker.${worker}`;
}

/** Where the tickets of a class of bits are. */
export function ordersOf(bits: string): string {
  return `orders.${bits}`;
}
