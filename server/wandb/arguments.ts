import { type Findings } from './findings.ts';
import { type Parameter, pathOf } from './parameters.ts';
import type { Scalar } from './values.ts';

/** A command as a definition writes it, and its parameters with the values that it takes. */
export interface Command {
  command: (string | string[])[];
  parameters: Parameter[];
}

export type Argument = Command['command'][number];

/** What hands over one parameter. `place` stands for the value in the command. */
const ARGUMENTS: Record<string, (name: string, place: string) => Argument[]> = {
  '${args}': (name, place) => [`--${name}=${place}`],
  '${args_no_hyphens}': (name, place) => [`${name}=${place}`],
  '${args_no_equals}': (name, place) => [`--${name}`, place],
  '${args_append_hydra}': (name, place) => [`+${name}=${place}`],
  '${args_override_hydra}': (name, place) => [`++${name}=${place}`],
};
const FLAGS = '${args_no_boolean_flags}';
const JSON_ARGUMENT = '${args_json}';
export const MACROS = [...Object.keys(ARGUMENTS), FLAGS, JSON_ARGUMENT];

/**
 * The arguments that a macro stands for.
 *
 * @param seeded the name of the option for the seed; null where the script takes none
 */
export function passParameters(
  macro: string | undefined,
  parameters: readonly Parameter[],
  seeded: string | null,
  findings: Findings,
): Command {
  if (macro === undefined) {
    if (parameters.length > 0) findings.add(['command'], `found none of ${MACROS.join(', ')}, wanted one of them`);
    return { command: [], parameters: [...parameters] };
  }
  if (macro === JSON_ARGUMENT) return asJson(parameters, seeded, findings);
  if (macro === FLAGS) return asFlags(parameters, seeded);
  const argument = ARGUMENTS[macro]!;
  return {
    command: [
      ...parameters.flatMap(({ name }) => argument(name, placeOf(name))),
      ...(seeded === null ? [] : argument(seeded, '{seed}')),
    ],
    parameters: parameters.map((parameter) => withValues(parameter, inPython)),
  };
}

/**
 * True is the option alone, false is no option, anything else is an option with a value. Where a parameter can be true
 * or false, each of its values is the whole option, or null, which leaves it out.
 */
function asFlags(parameters: readonly Parameter[], seeded: string | null): Command {
  const isFlag = ({ values }: Parameter) => values?.some((value) => typeof value === 'boolean') ?? false;
  const options = parameters.map((parameter): Argument => {
    const { name } = parameter;
    return isFlag(parameter) ? [placeOf(name)] : `--${name}=${placeOf(name)}`;
  });
  const optionOf = (name: string, value: Scalar): Scalar => {
    if (typeof value === 'boolean') return value ? `--${name}` : null;
    return `--${name}=${inPython(value)}`;
  };
  return {
    command: [...options, ...(seeded === null ? [] : [`--${seeded}={seed}`])],
    parameters: parameters.map((parameter) =>
      withValues(parameter, isFlag(parameter) ? (value) => optionOf(parameter.name, value) : inPython),
    ),
  };
}

/** One argument with all parameters as an object, the nested ones as objects within. */
function asJson(parameters: readonly Parameter[], seeded: string | null, findings: Findings): Command {
  const root: Tree = {};
  const all = parameters.map((parameter) => ({ keys: parameter.keys, place: jsonPlace(parameter, findings) }));
  for (const { keys, place } of [...all, ...(seeded === null ? [] : [{ keys: [seeded], place: '{seed}' }])]) {
    const last = keys.at(-1)!;
    const holder = keys.slice(0, -1).reduce<Tree>((tree, key) => (tree[key] = { ...(tree[key] as Tree) }), root);
    holder[last] = place;
  }
  return { command: [toJson(root)], parameters: [...parameters] };
}

interface Tree {
  [key: string]: string | Tree;
}

function toJson(tree: string | Tree): string {
  if (typeof tree === 'string') return tree;
  return `{{${Object.entries(tree)
    .map(([key, inner]) => `"${key}": ${toJson(inner)}`)
    .join(', ')}}}`;
}

function jsonPlace({ name, keys, values }: Parameter, findings: Findings): string {
  const place = placeOf(name);
  if (values === null || values.every((value) => typeof value === 'number' || typeof value === 'boolean')) return place;
  const isPlain = values.every((value) => typeof value === 'string' && JSON.stringify(value) === `"${value}"`);
  if (!isPlain)
    findings.add(
      pathOf(keys),
      `found values that \${args_json} cannot hold here, wanted numbers, true and false, or texts without quotes`,
    );
  return `"${place}"`;
}

function withValues(parameter: Parameter, convert: (value: Scalar) => Scalar): Parameter {
  const { values, space } = parameter;
  if (values === null) return parameter;
  const converted = values.map(convert);
  return {
    ...parameter,
    values: converted,
    space: space === null ? null : { ...space, values: converted },
    first: converted[0]!,
  };
}

/** As Python writes a value, which is what W&B does. */
export function inPython(value: Scalar): Scalar {
  if (value === null) return 'None';
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : value;
}

/** Where a definition's command has the value. */
function placeOf(name: string): string {
  return `{training.${name}}`;
}
