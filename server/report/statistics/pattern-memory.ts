import { patternProgram } from './pattern-program.ts';
import { squaredT } from './squared-t.ts';

/**
 * Follows a row of differences through a block of patterns. `largest` holds the largest statistic of each pattern so
 * far; it is raised where the row's is larger. The row's sum under pattern i is `parts[i] + part`.
 *
 * @returns how many of the raised ones reach `limit`
 */
interface Follow {
  /** Statistics are r² = (|sum| + slack)² · scale. */
  shares(largest: Float64Array, parts: Float64Array, part: number, row: FollowedRow, limit: number): number;
  /** Statistics are t² = freedom · r²/(1 − r²), ∞ from r² = 1 − 1e−9 on. */
  squares(largest: Float64Array, parts: Float64Array, part: number, row: FollowedRow, limit: number): number;
}

export interface FollowedRow {
  slack: number;
  scale: number;
  freedom: number;
}

/** Arrays of doubles, and what is done with them patterns × rows times. */
export interface PatternMemory extends Follow {
  /** A new array. */
  array(length: number): Float64Array;
}

/**
 * @param numbers how many doubles all arrays have together
 * @param program null: in JavaScript, at a fifth of the speed
 */
export function patternMemory(numbers: number, program = patternProgram()): PatternMemory {
  if (program === null) return { array: (length) => new Float64Array(length), ...inJavaScript };
  const memory = new WebAssembly.Memory({ initial: Math.ceil((8 * numbers) / PAGE) + 1 });
  const { exports } = new WebAssembly.Instance(program, { host: { memory } });
  const { shares, squares } = exports as unknown as Record<keyof Follow, Assembled>;
  let end = 0;
  return {
    array(length) {
      const array = new Float64Array(memory.buffer, end, length);
      end += 8 * length;
      return array;
    },
    // Two patterns at a time: with a single seed there is one.
    shares(largest, parts, part, row, limit) {
      if (parts.length % 2 !== 0) return inJavaScript.shares(largest, parts, part, row, limit);
      const to = largest.byteOffset + 8 * parts.length;
      return shares(largest.byteOffset, parts.byteOffset, to, part, row.slack, row.scale, limit, row.freedom);
    },
    squares(largest, parts, part, row, limit) {
      if (parts.length % 2 !== 0) return inJavaScript.squares(largest, parts, part, row, limit);
      const to = largest.byteOffset + 8 * parts.length;
      return squares(largest.byteOffset, parts.byteOffset, to, part, row.slack, row.scale, limit, row.freedom);
    },
  };
}

const PAGE = 65_536;

type Assembled = (
  largest: number,
  parts: number,
  to: number,
  part: number,
  slack: number,
  scale: number,
  limit: number,
  freedom: number,
) => number;

/* Loops over plain arrays with nothing but arithmetic, since they run patterns × rows times. */
const inJavaScript: Follow = {
  shares(largest, parts, part, { slack, scale }, limit) {
    let hits = 0;
    for (let i = 0; i < parts.length; i++) {
      const sum = Math.abs(parts[i]! + part) + slack;
      const share = sum * sum * scale;
      let most = largest[i]!;
      if (share > most) largest[i] = most = share;
      if (most >= limit) hits++;
    }
    return hits;
  },
  squares(largest, parts, part, { slack, scale, freedom }, limit) {
    let hits = 0;
    for (let i = 0; i < parts.length; i++) {
      const sum = Math.abs(parts[i]! + part) + slack;
      const squared = squaredT(sum * sum * scale, freedom);
      let most = largest[i]!;
      if (squared > most) largest[i] = most = squared;
      if (most >= limit) hits++;
    }
    return hits;
  },
};
