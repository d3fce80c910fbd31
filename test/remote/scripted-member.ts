import { setTimeout as sleep } from 'node:timers/promises';
import type { BlobStore } from '../../server/remote/blobs/blob-store.ts';
import { readBlob } from '../../server/remote/blobs/read-blob.ts';
import { ToWorker, type ToHead } from '../../server/remote/messages/bodies.ts';
import { Opener, Sealer, type Identity } from '../../server/remote/messages/envelope.ts';
import { packBody, unpackBody } from '../../server/remote/messages/large-body.ts';
import { HEAD, inboxOf } from '../../server/remote/queues/names.ts';
import type { PostOffice } from '../../server/remote/queues/post-office.ts';

export type Said = ToWorker & { grant: string | null };
type Kind = ToWorker['kind'];

export const MACHINE = { device: 'a scripted machine', versions: { cosweep: '1' } };

/** A member whose every word a test writes. */
export class ScriptedMember {
  readonly name: string;
  readonly #post: PostOffice;
  readonly #identity: Identity;
  readonly #sealer: Sealer;
  readonly #store: BlobStore;
  /** What it has been told and nobody has looked at. */
  readonly #heard: Said[] = [];
  /** Under which it speaks. */
  term = 1;

  /** @param store of the head */
  constructor(post: PostOffice, identity: Omit<Identity, 'name'>, name: string, store: BlobStore) {
    this.name = name;
    this.#post = post;
    this.#store = store;
    this.#identity = { ...identity, name };
    this.#sealer = new Sealer(this.#identity);
    const opener = new Opener(this.#identity);
    post.receive(inboxOf(name), async (text) => {
      const envelope = opener.open(text, inboxOf(name));
      if (!envelope) return;
      const said = await unpackBody(envelope.body, ({ hash, size }) => readBlob(store, hash, size));
      this.#heard.push({ ...ToWorker.parse(said!.body), grant: envelope.grant });
    });
  }

  /** @returns the sealed text, for whoever wants to play it back */
  say(
    body: unknown,
    grant: string | null = null,
    more: { term?: number; queue?: string; recipient?: string } = {},
  ): string {
    const isHello = (body as ToHead).kind === 'hello';
    const message = { term: isHello ? 0 : this.term, queue: HEAD, recipient: HEAD, grant, body, ...more };
    const text = this.#sealer.seal(message);
    void this.#post.send(HEAD, text);
    return text;
  }

  /** As a worker sends what may be too large for a message. */
  async sayAtLength(said: object, grant: string | null = null): Promise<void> {
    const { body, beside } = packBody(said);
    if (beside) await this.#store.write(beside.blob, () => [beside.bytes]);
    this.say(body, grant);
  }

  hello(more: Partial<Extract<ToHead, { kind: 'hello' }>> = {}): string {
    const who = { cosweep: '1.2.3', host: this.name, pid: 7, engine: 'wasm', grants: [] };
    return this.say({ kind: 'hello', ...who, ...more });
  }

  /** Comes, and opens the engine of the sweep. @returns the name of its class */
  async joins(): Promise<string> {
    this.hello();
    const { sweep } = await this.hears('sweep');
    this.say({ kind: 'ready', sweep, machine: MACHINE, signatures: [], slots: 1, inexact: null });
    return (await this.hears('class')).name;
  }

  /** Takes the next ticket of a queue, as a broker gives it to one alone. */
  async draws(queue: string): Promise<string> {
    return new Promise((resolve) => {
      const listening = this.#post.use(queue, 1, async (ticket) => {
        resolve(ticket);
        void listening.end();
        await new Promise(() => {}); // it keeps it
      });
    });
  }

  /** Waits until it is told something of the kind; what came before is forgotten. */
  async hears<K extends Kind>(kind: K): Promise<Extract<Said, { kind: K }>> {
    for (;;) {
      const said = this.#heard.shift();
      if (said?.kind === kind) return said as Extract<Said, { kind: K }>;
      if (!said) await sleep(2);
    }
  }

  /** What it has been told and not looked at, once all that is on its way has come. */
  async rest(): Promise<Kind[]> {
    await sleep(30);
    return this.#heard.splice(0).map(({ kind }) => kind);
  }
}
