import { type Argument, type Command, inPython, MACROS, passParameters } from './arguments.ts';
import { type Findings } from './findings.ts';
import { type Parameter, pathOf } from './parameters.ts';
import { plain, type Scalar, shown } from './values.ts';

/** What W&B starts where a sweep names no command. */
const USUAL = ['${env}', '${interpreter}', '${program}', '${args}'];

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
  for (const [i, taken] of passed.parameters.entries()) findSameArguments(parameters[i]!, taken, findings);
  const command = words.flatMap((word, i): Argument[] => {
    if (word === '${env}') return ['/usr/bin/env'];
    if (word === '${interpreter}') return ['python'];
    if (word === '${program}') return programIn(program, findings);
    if (MACROS.includes(word as string)) return passed.command;
    return literal(word, ['command', i], findings);
  });
  return { command, parameters: passed.parameters };
}

/** Arms whose scripts cannot tell them apart are one arm. */
function findSameArguments({ keys, values }: Parameter, taken: Parameter, findings: Findings): void {
  const texts = taken.values?.map(String) ?? [];
  for (const [i, text] of texts.entries()) {
    const earlier = texts.indexOf(text);
    if (earlier < i)
      findings.add(
        [...pathOf(keys), 'values', i],
        `found ${shown(values![i])}, which the script gets as it gets ${shown(values![earlier])}, wanted it once`,
      );
  }
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

/** Braces are the signs of places in a definition. */
function escaped(text: string): string {
  return text.replace(/[{}]/g, '$&$&');
}
