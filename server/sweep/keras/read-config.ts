import type { Layer, Padding } from '../layers.ts';
import { toFound } from '../problem.ts';
import type { KerasLayer } from './read-topology.ts';
import { Untranslatable } from './translated.ts';

type Config = KerasLayer['config'];

export function activationOf(config: Config): Layer[] {
  const { activation = 'linear' } = config;
  const name =
    typeof activation === 'string' ? activation : (activation as { class_name?: unknown } | null)?.class_name;
  if (activation === null || name === 'linear') return [];
  if (name === 'relu') return ['relu'];
  throw new Untranslatable(`found the activation ${toFound(activation)}, wanted relu or linear`);
}

export function windowOf(config: Config, key: string): { size: number; stride: number; padding: Padding } {
  refuse(config, 'groups', [1]);
  refuse(config, 'data_format', ['channels_last']);
  const dilation = config.dilation_rate ?? 1;
  if (square(dilation) !== 1) throw new Untranslatable(`found dilation_rate ${toFound(dilation)}, wanted 1`);
  const { padding = 'valid' } = config;
  if (padding !== 'same' && padding !== 'valid')
    throw new Untranslatable(`found padding ${toFound(padding)}, wanted same or valid`);
  return { size: side(config, key), stride: config.strides === undefined ? 1 : side(config, 'strides'), padding };
}

function side(config: Config, key: string): number {
  const value = square(config[key]);
  if (value !== null && value >= 1) return value;
  throw new Untranslatable(`found ${key} ${toFound(config[key])}, wanted the same whole number in both directions`);
}

/** The number that stands for both directions; null where they differ. */
function square(value: unknown): number | null {
  const [first, second, ...more] = Array.isArray(value) ? (value as unknown[]) : [value, value];
  return Number.isInteger(first) && first === second && more.length === 0 ? (first as number) : null;
}

export function count(config: Config, key: string): number {
  return number(config[key], key, (value) => Number.isInteger(value) && value >= 1);
}

export function number(value: unknown, key: string, isFine: (value: number) => boolean): number {
  if (typeof value === 'number' && isFine(value)) return value;
  throw new Untranslatable(`found ${key} ${toFound(value)}, wanted a number that it can be`);
}

export function flag(config: Config, key: string): boolean {
  return config[key] !== false;
}

/** Keras leaves an option out where it has its default, which is the first of these values. */
export function refuse(config: Config, key: string, wanted: readonly unknown[]): void {
  const value = config[key] ?? wanted[0];
  if (config[key] === null || wanted.includes(value)) return;
  throw new Untranslatable(`found ${key} ${toFound(value)}, wanted ${toFound(wanted[0])}`);
}
