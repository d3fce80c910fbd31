import { type Findings } from './findings.ts';
import { type Parameter, plain, type Scalar, shown } from './parameters.ts';

/** A command as a definition writes it, and its parameters with the values that it takes. */
export interface Command {
  command: (string | string[])[];
  parameters: Parameter[];
}

type Argument = Command['command'][number];

/** What W&B starts where a sweep names no command. */
const USUAL = ['${env}', '${interpreter}', '${program}', '${args}'];

/** How a macro hands over the parameters. `place` stands for the value in the command. */
interface Arguments {
  argument(name: string, place: string): Argument[];
  /** A value as the script is to see it, by the command's own rules. */
  value(value: Scalar, name: string): Scalar;
}

/** As Python writes a value, which is what W&B does. */
function inPython(value: Scalar): Scalar {
  if (value === null) return 'None';
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : value;
}

const listed = (toText: (name: string, place: string) => string[]): Arguments => ({
  argument: toText,
  value: inPython,
});

const ARGUMENTS: Record<string, Arguments> = {
  '${args}': listed((name, place) => [`--${name}=${place}`]),
  '${args_no_hyphens}': listed((name, place) => [`${name}=${place}`]),
  '${args_no_equals}': listed((name, place) => [`--${name}`, place]),
  '${args_append_hydra}': listed((name, place) => [`+${name}=${place}`]),
  '${args_override_hydra}': listed((name, place) => [`++${name}=${place}`]),
};
const FLAGS = '${args_no_boolean_flags}';
const JSON_ARGUMENT = '${args_json}';
const MACROS = [...Object.keys(ARGUMENTS), FLAGS, JSON_ARGUMENT];

/**
 * Translates the command of a sweep. Each of its macros is replaced as W&B's agent does it.
 *
 * @param seeded the name of the option for the seed; null where the script takes none
 */
export function readCommand(
  { command: written, program }: Record<string, unknown>,
  parameters: readonly Parameter[],
  seeded: string | null,
  findings: Findings,
): Command {
  const words = written === undefined ? USUAL : plain(written);
  if (!Array.isArray(words) || words.length === 0) {
    findings.add(['command'], `found ${shown(written)}, wanted a list of the program and its arguments`);
    return { command: [], parameters: [...parameters] };
  }
  const macros = words.filter((word) => MACROS.includes(word as string));
  if (macros.length > 1)
    findings.add(['command'], `found ${macros.join(' and ')}, wanted one of them: each hands over all parameters`);
  const passed = passParameters(macros[0] as string | undefined, parameters, seeded, findings);
  const command = words.flatMap((word, i): Argument[] => {
    if (word === '${env}') return ['/usr/bin/env'];
    if (word === '${interpreter}') return ['python'];
    if (word === '${program}') return programIn(program, findings);
    if (MACROS.includes(word as string)) return passed.command;
    return literal(word, ['command', i], findings);
  });
  return { command, parameters: passed.parameters };
}

function programIn(program: unknown, findings: Findings): string[] {
  if (typeof program === 'string' && program !== '') return [escaped(program)];
  findings.add(['program'], `found ${shown(program)}, wanted the file of the training script`);
  return [];
}

function literal(word: unknown, path: PropertyKey[], findings: Findings): string[] {
  const text = ['string', 'number', 'boolean'].includes(typeof word) ? String(inPython(word as Scalar)) : null;
  if (text === null) findings.add(path, `found ${shown(word)}, wanted a text`);
  else if (text.includes('${envvar:'))
    findings.add(path, `found ${text}, wanted the value itself, or the name of the variable under env of cosweep`);
  else if (/^\$\{.*\}$/.test(text))
    findings.add(path, `found ${text}, wanted one of \${env}, \${interpreter}, \${program}, ${MACROS.join(', ')}`);
  else return [escaped(text)];
  return [];
}

function passParameters(
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
  const { argument, value } = ARGUMENTS[macro]!;
  return {
    command: [
      ...parameters.flatMap(({ name }) => argument(name, placeOf(name))),
      ...(seeded === null ? [] : argument(seeded, '{seed}')),
    ],
    parameters: parameters.map((parameter) => withValues(parameter, (each) => value(each, parameter.name))),
  };
}

/** True is the option alone, false is no option: the value is the option itself, or null, which leaves it out. */
function asFlags(parameters: readonly Parameter[], seeded: string | null): Command {
  const isFlag = ({ values }: Parameter) => values?.every((value) => typeof value === 'boolean') ?? false;
  const options = parameters.map((parameter): Argument => {
    const { name } = parameter;
    return isFlag(parameter) ? [placeOf(name)] : `--${name}=${placeOf(name)}`;
  });
  return {
    command: [...options, ...(seeded === null ? [] : [`--${seeded}={seed}`])],
    parameters: parameters.map((parameter) =>
      withValues(parameter, (value) =>
        isFlag(parameter) ? (value === true ? `--${parameter.name}` : null) : inPython(value),
      ),
    ),
  };
}

/** One argument with all parameters as an object, the nested ones as objects within. */
function asJson(parameters: readonly Parameter[], seeded: string | null, findings: Findings): Command {
  const root: Tree = {};
  const all = parameters.map(({ name, values }) => ({ name, place: jsonPlace(name, values, findings) }));
  for (const { name, place } of [...all, ...(seeded === null ? [] : [{ name: seeded, place: '{seed}' }])]) {
    const keys = name.split('.');
    const last = keys.pop()!;
    const holder = keys.reduce<Tree>((tree, key) => (tree[key] = { ...(tree[key] as Tree) }), root);
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

function jsonPlace(name: string, values: Scalar[] | null, findings: Findings): string {
  const place = placeOf(name);
  if (values === null || values.every((value) => typeof value === 'number' || typeof value === 'boolean')) return place;
  const isPlain = values.every((value) => typeof value === 'string' && JSON.stringify(value) === `"${value}"`);
  if (!isPlain)
    findings.add(
      ['parameters', name],
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

/** Where a definition's command has the value. */
function placeOf(name: string): string {
  return `{training.${name}}`;
}

/** Braces are the signs of places in a definition. */
function escaped(text: string): string {
  return text.replace(/[{}]/g, '$&$&');
}
