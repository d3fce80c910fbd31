import type { ArmItem } from '../../server/http/schemas/arm.ts';
import { formatRounded, parameterLabel } from '../format/parameter.ts';

/**
 * An arm by what varies besides N: `β = 0.2, ε = 0.02`. Arms of one label differ in N only; where nothing but N varies,
 * β names the arm.
 */
export function armLabel(arm: ArmItem, varying: string[]): string {
  const keys = varying.filter((key) => key !== 'N' && arm.params[key] !== null && arm.params[key] !== undefined);
  const parts = (keys.length === 0 ? ['beta'] : keys).map(
    (key) => `${parameterLabel(key)} = ${formatRounded(arm.params[key])}`,
  );
  return parts.join(', ');
}
