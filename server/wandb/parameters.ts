import { type Findings, isObject } from './findings.ts';
import { readSpace, type Space } from './spaces.ts';
import { shown } from './values.ts';

/** One parameter of W&B's in the words of a definition. */
export interface Parameter extends Space {
  /** With dots, where it is nested: `optimizer.lr`. */
  name: string;
  /** Its name at each level. A name can have dots of its own: `['optimizer.lr']`. */
  keys: readonly string[];
}

/** Every parameter, those that are nested by their dotted names. What has no equal in a definition is found. */
export function readParameters(written: unknown, method: unknown, findings: Findings): Parameter[] {
  if (!isObject(written)) {
    findings.add(['parameters'], `found ${shown(written)}, wanted an object of parameters`);
    return [];
  }
  const parameters = readLevel(written, { path: ['parameters'], keys: [], method, findings });
  const names = parameters.map(({ name }) => name);
  for (const name of new Set(names)) {
    const twice = names.filter((each) => each === name || each.startsWith(`${name}.`)).length > 1;
    if (twice)
      findings.add(['parameters', name], 'found it in two ways, wanted it once: as a parameter, or as a group of them');
  }
  return parameters;
}

interface Level {
  path: string[];
  keys: string[];
  method: unknown;
  findings: Findings;
}

function readLevel(written: Record<string, unknown>, level: Level): Parameter[] {
  const { path, keys, method, findings } = level;
  return Object.entries(written).flatMap(([key, inner]) => {
    const below = { ...level, path: [...path, key], keys: [...keys, key] };
    if (!/^[A-Za-z_][\w.-]*$/.test(key) || key.split('.').some((part) => part === '' || part === '__proto__')) {
      findings.add(below.path, 'found a name that is none of a parameter, wanted letters, digits and _ . -');
      return [];
    }
    if (!isObject(inner)) {
      findings.add(below.path, `found ${shown(inner)}, wanted an object with value, values, or a distribution`);
      return [];
    }
    if (isObject(inner['parameters'])) {
      findings.addUnknown(below.path, inner, ['parameters'], 'unknown key of a group');
      return readLevel(inner['parameters'], { ...below, path: [...below.path, 'parameters'] });
    }
    const read = readSpace(inner, { path: below.path, findings, isGrid: method === 'grid' });
    return read === null ? [] : [{ name: below.keys.join('.'), keys: below.keys, ...read }];
  });
}

/** Where a sweep of W&B's has a parameter. */
export function pathOf(keys: readonly string[]): string[] {
  return keys.flatMap((key) => ['parameters', key]);
}
