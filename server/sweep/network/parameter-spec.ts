/**
 * How fresh weights are drawn. `he`: normal with variance 2/fanIn (before a relu). `glorot`: uniform in ±√(6/(fanIn +
 * fanOut)).
 */
export type Initial = { rule: 'he' | 'glorot'; fanIn: number; fanOut: number } | { rule: 'zeros' | 'ones' };

export interface ParameterSpec {
  name: string;
  shape: number[];
  initial: Initial;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
