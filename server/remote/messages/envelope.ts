import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { toCanonicalJson } from '../../sweep/canonical-json.ts';

/** A message may have so many characters; large bodies travel beside it. */
export const LARGEST_MESSAGE = 2 ** 20;

const Name = z.string().min(1).max(200);

const Envelope = z.strictObject({
  database: Name,
  /** The token of the lease under which the sender works; 0 where it does not know one yet. */
  term: z.int().min(0),
  queue: Name,
  sender: Name,
  recipient: Name,
  sequence: z.int().min(1),
  grant: z.string().max(64).nullable(),
  body: z.unknown(),
  /** HMAC-SHA256 over all of the above, as canonical JSON; 64 hex digits. */
  mac: z.string().regex(/^[0-9a-f]{64}$/),
});

export type Envelope = z.output<typeof Envelope>;

/** What a message says of its way; the rest is the sealer's. */
export type Addressed = Pick<Envelope, 'term' | 'queue' | 'recipient' | 'grant' | 'body'>;

/** Who sends, and for which database. Nobody without the secret can seal a message. */
export interface Identity {
  database: string;
  /** Base64. */
  secret: string;
  /** Nobody else has this name. */
  name: string;
}

/** Seals what its owner sends: messages have numbers that rise. */
export class Sealer {
  readonly #identity: Identity;
  #sequence = 0;

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  /** @returns JSON. @throws {Error} where the message is too large */
  seal(message: Addressed): string {
    const { database, name, secret } = this.#identity;
    const signed = { ...message, database, sender: name, sequence: ++this.#sequence };
    const text = JSON.stringify({ ...signed, mac: macOf(signed, secret) });
    if (text.length > LARGEST_MESSAGE)
      throw new Error(`Cannot send a message of ${text.length} characters: it may have ${LARGEST_MESSAGE}`);
    return text;
  }
}

/**
 * Opens what its owner receives. Redis is not trusted: whatever is not sealed with the secret, is for another database,
 * queue or recipient, or came before, is dropped.
 */
export class Opener {
  readonly #identity: Identity;
  /** By sender and term: the largest number that came from it. */
  readonly #last = new Map<string, number>();
  /** So many messages were dropped. */
  dropped = 0;

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  /** @param queue from which it was taken. @returns null where it is none for its owner */
  open(text: unknown, queue: string): Envelope | null {
    const envelope = this.#read(text, queue);
    if (envelope !== null && this.#isNew(envelope)) return envelope;
    this.dropped++;
    return null;
  }

  #read(text: unknown, queue: string): Envelope | null {
    if (typeof text !== 'string' || text.length > LARGEST_MESSAGE) return null;
    try {
      const { success, data } = Envelope.safeParse(JSON.parse(text));
      return success && this.#isForMe(data, queue) ? data : null;
    } catch {
      return null; // it is no JSON, or is nested too deeply to be read
    }
  }

  #isForMe({ mac, ...signed }: Envelope, queue: string): boolean {
    const { database, name, secret } = this.#identity;
    const isReal = timingSafeEqual(Buffer.from(mac, 'hex'), Buffer.from(macOf(signed, secret), 'hex'));
    return isReal && signed.database === database && signed.queue === queue && signed.recipient === name;
  }

  /** A message that is delivered twice, or is played back, has a number that was there already. */
  #isNew({ sender, term, sequence }: Envelope): boolean {
    const from = `${term} ${sender}`;
    if (sequence <= (this.#last.get(from) ?? 0)) return false;
    this.#last.set(from, sequence);
    return true;
  }
}

function macOf(signed: Omit<Envelope, 'mac'>, secret: string): string {
  return createHmac('sha256', Buffer.from(secret, 'base64')).update(toCanonicalJson(signed)).digest('hex');
}
