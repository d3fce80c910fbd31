import type { ParamValue } from '../../sweep/arm.ts';
import { isLossParameter, SYMBOLS } from '../../sweep/parameter-names.ts';
import { headCell, type HeadCell } from './layout.ts';

/** The title of a parameter. N is shown as a share of the run where all its values are simple shares. */
export function parameterTitle(parameter: string, values: readonly ParamValue[], batches: number | null): HeadCell {
  if (parameter === 'N')
    return isShare(values, batches)
      ? { ...headCell('Switch '), math: 'N/T' }
      : { ...headCell('Switch '), math: 'N (batches)' };
  return isLossParameter(parameter) ? { ...headCell(''), math: SYMBOLS[parameter] } : headCell(parameter);
}

/** Values of one parameter with the same number of decimals, so that they line up; 0 stays 0. */
export function parameterValues(parameter: string, values: readonly ParamValue[], batches: number | null): string[] {
  if (parameter === 'N' && isShare(values, batches))
    return values.map((value) => (value === null ? '' : toShare(value as number, batches!)));
  const decimals = Math.max(0, ...values.map((value) => (typeof value === 'number' ? decimalsOf(value) : 0)));
  const shown = decimals > 0 && isLossParameter(parameter) ? Math.max(2, decimals) : decimals;
  return values.map((value) => {
    if (value === null) return '';
    return typeof value === 'number' && value !== 0 && shown <= 6 ? value.toFixed(shown) : String(value);
  });
}

function decimalsOf(value: number): number {
  const [, fraction = '', exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.max(0, fraction.length - Number(exponent));
}

const DENOMINATOR = 12;

function isShare(values: readonly ParamValue[], batches: number | null): boolean {
  return (
    batches !== null &&
    values.every(
      (value) => value === null || (typeof value === 'number' && Number.isInteger((value * DENOMINATOR) / batches)),
    )
  );
}

/** 100 of 400 → 1/4; 0 → 0; 400 of 400 → 1. */
export function toShare(value: number, batches: number): string {
  const twelfths = (value * DENOMINATOR) / batches;
  const divisor = greatestDivisor(twelfths, DENOMINATOR);
  const [above, below] = [twelfths / divisor, DENOMINATOR / divisor];
  return below === 1 ? String(above) : `${above}/${below}`;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
