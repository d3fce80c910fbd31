import { isUsable, type BitClass, type Standing } from '../../store/training/same-bits.ts';

/** How what is stored of each seed stands to a class of bits. */
export type Standings = (bits: BitClass) => ReadonlyMap<number, Standing>;

/**
 * Which class of bits trains which seed. All runs of a seed are of one class, since they are compared with one another.
 * A seed of which something is stored belongs to the class that has its bits; any other seed belongs to the class that
 * takes it first.
 */
export class SeedClasses {
  readonly #standings: Standings | null;
  /** By class that has asked. */
  readonly #known = new Map<string, ReadonlyMap<number, Standing>>();
  /** By seed: the class that has taken it. */
  readonly #owner = new Map<number, string>();

  /** @param standings null where there is one class only, or nobody can tell */
  constructor(standings: Standings | null) {
    this.#standings = standings;
  }

  /** Whether a class may train a seed, or has taken it already. */
  allows(seed: number, bits: BitClass | null): boolean {
    const owner = this.#owner.get(seed);
    return owner === undefined ? isUsable(this.#standingOf(seed, bits)) : owner === bits?.name;
  }

  /** Whether something of the seed is trained by the class, in this process or in one before. */
  isOwn(seed: number, bits: BitClass | null): boolean {
    if (this.#standings === null) return true;
    const owner = this.#owner.get(seed);
    return owner === undefined ? this.#standingOf(seed, bits) === 'same' : owner === bits?.name;
  }

  take(seed: number, bits: BitClass | null): void {
    if (bits !== null) this.#owner.set(seed, bits.name);
  }

  /** The class is gone: those of its seeds that are not begun are anybody's. */
  release({ name }: BitClass, isBegun: (seed: number) => boolean): void {
    for (const [seed, owner] of this.#owner) if (owner === name && !isBegun(seed)) this.#owner.delete(seed);
  }

  #standingOf(seed: number, bits: BitClass | null): Standing {
    if (this.#standings === null || bits === null) return 'empty';
    let known = this.#known.get(bits.name);
    if (!known) this.#known.set(bits.name, (known = this.#standings(bits)));
    return known.get(seed) ?? 'empty';
  }
}
