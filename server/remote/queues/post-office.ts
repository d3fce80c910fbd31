/** Queues in which head and workers find what is for them. One adapter implements it; no other file knows BullMQ. */
export interface PostOffice {
  /** Puts a message at the end of a queue. Waits for a broker that is not there right now. */
  send(queue: string, text: string): Promise<void>;

  /** Takes the messages of a queue, one after the other, in their order. One may come twice. */
  receive(queue: string, take: (text: unknown) => Promise<void>): Listening;

  /** Tickets of a queue, as whoever hands them out sees them. */
  tickets(queue: string): Tickets;

  /**
   * Takes tickets from a queue. Who has one keeps it as long as this process lives and `use` goes on; it is given to
   * somebody else where the process is gone.
   *
   * @param slots tickets that are used at the same time
   */
  use(queue: string, slots: number, use: (ticket: string) => Promise<void>): Listening;

  /** Takes a queue away, with all that is in it. Waits for a broker that is not there right now. */
  forget(queue: string): Promise<void>;

  /** Takes away all that anybody has put here, when nobody needs it any more; it is tried for a while. */
  clear(): Promise<void>;

  close(): Promise<void>;
}

export interface Listening {
  /** Takes nothing more, and waits for what is being taken. */
  end(): Promise<void>;
}

export interface Tickets {
  add(ticket: string): Promise<void>;
  /** Takes back one that nobody has. */
  remove(ticket: string): Promise<void>;
  /** Whether somebody has it, or can still take it. */
  isThere(ticket: string): Promise<boolean>;
  /** Takes back all of them, those too that somebody has; where the broker is away, it is tried for a while. */
  clear(): Promise<void>;
}
