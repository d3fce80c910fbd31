import type { Arm, ParamValue } from './arm.ts';
import { isLossParameter } from './parameter-names.ts';
import { toSuggestion } from './suggest.ts';

/** What a command's templates may name, for one stage. Dotted names reach into `loss` and `training`. */
export interface TemplateValues {
  seed: number;
  /** The five numbers as far as they are declared; null for one that is not in force. */
  parameters: Readonly<Record<string, ParamValue>>;
  loss: object;
  training: object;
}

/** The argument of a command that has no text for a value that is null. */
export class NullArgument extends Error {
  constructor(argument: string, place: string) {
    super(`found the argument ${JSON.stringify(argument)}, in which ${place} is null`);
  }
}

/** The argument of a command that names what is not there. */
export class MissingArgument extends Error {
  constructor(argument: string, place: string) {
    super(`found the argument ${JSON.stringify(argument)}, and no ${place}`);
  }
}

const PLACE = /\{\{|\}\}|\{([^{}]*)\}/g;

/**
 * The arguments with values in the places of `{name}`; `{{` and `}}` are braces. A list of arguments is left out where
 * one of its values is null.
 *
 * @throws NullArgument where a value is null in an argument that stands by itself
 * @throws MissingArgument where a name stands for nothing
 */
export function fillCommand(command: readonly (string | readonly string[])[], values: TemplateValues): string[] {
  return command.flatMap((argument) => {
    if (typeof argument === 'string') return [fill(argument, values)];
    try {
      return argument.map((text) => fill(text, values));
    } catch (error) {
      if (error instanceof NullArgument) return [];
      throw error;
    }
  });
}

function fill(text: string, values: TemplateValues): string {
  return text.replace(PLACE, (found, name?: string) => {
    if (name === undefined) return found[0]!;
    const value = valueOf(name, values);
    if (value === undefined) throw new MissingArgument(text, name);
    if (value === null) throw new NullArgument(text, name);
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
}

function valueOf(name: string, { seed, parameters, ...sections }: TemplateValues): unknown {
  if (name === 'seed') return seed;
  if (isLossParameter(name)) return parameters[name];
  return name
    .split('.')
    .reduce<unknown>(
      (inner, key) =>
        typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined,
      sections,
    );
}

/**
 * What is wrong with the names in one argument.
 *
 * @param declared names of the definition's parameters
 * @param training as written
 */
export function problemsOfTemplate(
  text: string,
  declared: ReadonlySet<string>,
  training: Readonly<Record<string, unknown>>,
): string[] {
  const known = [
    'seed',
    ...declared,
    'training.batches',
    'training.evalEvery',
    ...Object.keys(training)
      .filter((key) => key !== 'program')
      .map((key) => `training.${key}`),
  ];
  const names = [...text.matchAll(PLACE)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  return names
    .filter((name) => !name.startsWith('loss.') && !known.some((each) => name === each || name.startsWith(`${each}.`)))
    .map((name) => {
      const wanted = toSuggestion(name, known) || `, wanted one of ${known.join(', ')} ("{{" is a brace)`;
      return `found {${name}}${wanted}`;
    });
}

/** The values of an arm for templates. */
export function templateValues(
  { loss, training }: Pick<Arm, 'loss' | 'training'>,
  parameters: Readonly<Record<string, ParamValue>>,
  seed: number,
): TemplateValues {
  return { seed, parameters, loss, training };
}
