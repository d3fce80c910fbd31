import type { ExtendRequest } from '../../server/http/schemas/extend.ts';

interface Written {
  /** How many seeds in all. */
  seeds: string;
  /** `beta = 0.4, 0.5; N = 200` */
  values: string;
  /** How many seeds there are. */
  before: number;
}

/** What a form asks for; null where it asks for nothing, or cannot be understood. */
export function toAddition({ seeds: written, values: text, before }: Written): ExtendRequest | null {
  const seeds = Number(written);
  if (!Number.isInteger(seeds) || seeds < before) return null;
  const values: NonNullable<ExtendRequest['values']> = {};
  for (const part of text.split(';').filter((each) => each.trim() !== '')) {
    const [, name, list] = /^\s*([^=\s]+)\s*=\s*(.+)$/.exec(part) ?? [];
    if (name === undefined || list === undefined) return null;
    values[name] = list.split(',').map(toValue);
  }
  if (seeds === before && Object.keys(values).length === 0) return null;
  return { ...(seeds > before && { seeds }), ...(Object.keys(values).length > 0 && { values }) };
}

function toValue(text: string): number | string | boolean {
  const written = text.trim();
  if (written === 'true' || written === 'false') return written === 'true';
  return written !== '' && Number.isFinite(Number(written)) ? Number(written) : written;
}
