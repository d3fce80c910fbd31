/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), a counter-based generator: a
 * stream is a pure function of its key, so nothing needs to store a generator's state to repeat or continue it.
 */

/** 64-bit product of two unsigned 32-bit numbers as [high, low], from 16-bit halves that doubles hold exactly. */
function multiply(a: number, b: number): [number, number] {
  const low = Math.imul(a, b) >>> 0;
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  const high = aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000);
  return [high >>> 0, low];
}

/** Ten rounds over a counter of four words under a key of two; writes four words of output. */
export function philox(counter: readonly number[], key: readonly number[], out: Uint32Array): void {
  let [c0, c1, c2, c3] = counter as [number, number, number, number];
  let [k0, k1] = key as [number, number];
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiply(0xd2511f53, c0);
    const [high1, low1] = multiply(0xcd9e8d57, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** FNV-1a, 32 bits: turns a purpose into a key word. */
function hashWord(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** An endless sequence of random numbers that depends on its key only. */
export class Stream {
  readonly #key: [number, number];
  readonly #counter: [number, number, number, number];
  readonly #words = new Uint32Array(4);
  #used = 4;

  /**
   * @param seed whole number, up to 2⁵³ − 1
   * @param purpose what the numbers are for (`order`, `augment`, `weights/conv1`); streams of different purpose are
   * independent
   * @param index number of the batch, epoch or draw, so that any of them can be drawn without the ones before
   */
  constructor(seed: number, purpose: string, index = 0) {
    this.#key = [seed >>> 0, hashWord(purpose)];
    this.#counter = [0, index >>> 0, Math.floor(index / 2 ** 32) >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  }

  /** A whole number in [0, 2³²). */
  word(): number {
    if (this.#used === 4) {
      philox(this.#counter, this.#key, this.#words);
      this.#counter[0] = (this.#counter[0] + 1) >>> 0;
      this.#used = 0;
    }
    return this.#words[this.#used++]!;
  }

  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.word() >>> 5) * 2 ** 26 + (this.word() >>> 6)) / 2 ** 53;
  }

  /**
   * Standard normal, by Box and Muller; one of the two values is thrown away so that calls stay independent of each
   * other.
   */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /**
   * A whole number in [0, bound), by rejection: no value is more likely than another.
   *
   * @param bound 1 … 2³²
   */
  below(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const word = this.word();
      if (word < limit) return word % bound;
    }
  }

  /** The numbers 0 … count − 1 in random order (Fisher and Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const swapped = order[i]!;
      order[i] = order[j]!;
      order[j] = swapped;
    }
    return order;
  }
}
