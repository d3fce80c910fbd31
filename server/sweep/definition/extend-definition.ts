import { applyEdits, modify } from 'jsonc-parser';
import type { ParamValue } from '../arm.ts';
import { toParameterName } from '../parameter-names.ts';
import { UserError } from '../user-error.ts';
import { parseJson } from './json.ts';

/** What is added to a definition. */
export interface Addition {
  /** All seeds from now on; null: they stay. */
  seeds: number[] | null;
  /** Values by the name of their parameter, as a definition writes it. */
  values: Record<string, ParamValue[]>;
}

type Path = (string | number)[];

/**
 * The text of a definition with more seeds, or more values of its parameters. Comments and layout of the rest stay.
 *
 * @param sweep as the user knows it
 * @throws UserError on a parameter to which no value can be added
 */
export function extendDefinition(sweep: string, text: string, { seeds, values }: Addition): string {
  const parsed = parseJson(text);
  if ('problem' in parsed) throw new UserError(`Cannot extend ${sweep}: its definition cannot be read`);
  const written = parsed.value as { method?: unknown; parameters?: Record<string, Record<string, unknown>> };
  let extended = text;
  const put = (path: Path, value: unknown): void => {
    const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
    extended = applyEdits(extended, modify(extended, path, value, { formattingOptions }));
  };
  for (const [name, added] of byCanonicalName(values)) {
    if (written.method === 'random')
      throw new UserError(
        `Cannot extend ${sweep} by values of ${name}: its arms are drawn at random; ` +
          'wanted a definition with a larger runCap',
      );
    const { key, known } = knownValues(sweep, name, written.parameters ?? {});
    const path: Path = ['parameters', key];
    put([...path, 'values'], [...known, ...added.filter((value) => !known.includes(value))]);
    if ('value' in (written.parameters?.[key] ?? {})) put([...path, 'value'], undefined);
    if (written.parameters?.[key]?.['distribution'] === 'constant') put([...path, 'distribution'], 'categorical');
  }
  if (seeds !== null) put(['seeds'], toWritten(seeds));
  return extended;
}

/** `beta` and `β` are one parameter. */
function byCanonicalName(values: Readonly<Record<string, readonly ParamValue[]>>): Map<string, ParamValue[]> {
  const merged = new Map<string, ParamValue[]>();
  for (const [written, added] of Object.entries(values)) {
    const name = toParameterName(written);
    merged.set(name, [...new Set([...(merged.get(name) ?? []), ...added])]);
  }
  return merged;
}

/** A parameter's values as they are listed, under the key that the definition has for it. */
function knownValues(
  sweep: string,
  name: string,
  parameters: Record<string, Record<string, unknown>>,
): { key: string; known: unknown[] } {
  const wanted = toParameterName(name);
  const key = Object.keys(parameters).find((other) => toParameterName(other) === wanted);
  // A definition that says nothing of γ has γ = 1.
  if (key === undefined && wanted === 'gamma') return { key: 'gamma', known: [1] };
  const attempted = `Cannot extend ${sweep} by values of ${name}`;
  if (key === undefined)
    throw new UserError(
      `${attempted}: found no such parameter in its definition, wanted one of ${Object.keys(parameters).join(', ')}`,
    );
  const { value, values, probabilities } = parameters[key]!;
  if (value !== undefined) return { key, known: [value] };
  if (Array.isArray(values) && probabilities === undefined) return { key, known: values };
  throw new UserError(`${attempted}: found a range, wanted a parameter with a list of values; change its definition`);
}

/** As short as a definition can say it: 0 to n − 1 is n. */
function toWritten(seeds: readonly number[]): number | readonly number[] {
  return seeds.every((seed, index) => seed === index) ? seeds.length : seeds;
}

/**
 * So many seeds in all: those that there are, then the smallest whole numbers above them that are not taken.
 *
 * @param taken seeds of confirmations: on them the arms are tested afresh, so the sweep itself may not train them too
 */
export function moreSeeds(seeds: readonly number[], count: number, taken: readonly number[]): number[] {
  const all = [...seeds];
  for (let seed = Math.max(-1, ...seeds) + 1; all.length < count; seed++) if (!taken.includes(seed)) all.push(seed);
  return all;
}
