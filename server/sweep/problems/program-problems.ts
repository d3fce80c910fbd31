import { ABLATIONS } from '../space/ablations.ts';
import { problemsOfTemplate } from '../command-template.ts';
import { isLossParameter, toParameterName } from '../parameter-names.ts';
import { type Problem, toPath } from '../problem.ts';
import { problemsOfLength } from '../schema/program-schema.ts';
import { isObject, type WrittenParameter } from './written-parameter.ts';

type Section = Record<string, unknown>;

/** What is wrong with a definition because a program trains its runs: only what it declares exists. */
export function problemsOfProgram(raw: Section, parameters: readonly WrittenParameter[]): Problem[] {
  const names = new Set(parameters.map(({ name }) => name));
  const program = (raw.training as Section).program;
  return [
    ...phaseProblems(names),
    ...lengthProblemsOf(raw.training as Section, names),
    ...ablationProblems(raw.ablations, names),
    ...controlProblems(raw.control, names),
    ...(isObject(program)
      ? [...dataProblems(program), ...printingProblems(program), ...commandProblems(program, raw, names)]
      : []),
  ];
}

/** What is wrong with a definition because no program trains its runs. */
export function problemsWithoutProgram({ control }: Section): Problem[] {
  if (control === undefined) return [];
  return [
    {
      path: 'control',
      message: 'found a control, wanted none: the arms without the intra-class phase are the controls',
    },
  ];
}

/** N and ε say something of the phase that β weighs. */
export function phaseProblems(names: ReadonlySet<string>): Problem[] {
  if (names.has('beta')) return [];
  return ['N', 'epsilon']
    .filter((name) => names.has(name))
    .map((name) => ({
      path: toPath(['parameters', name]),
      message:
        `found ${name} without beta, wanted both or neither: ` + `${name} says something of the term that beta weighs`,
    }));
}

/** An ablation may set what the program knows, and nothing else. */
function ablationProblems(ablations: unknown, names: ReadonlySet<string>): Problem[] {
  if (!Array.isArray(ablations)) return [];
  return ablations.flatMap((entry: unknown, i) => {
    const set = isObject(entry) ? entry.set : ABLATIONS.find(({ name }) => name === entry)?.set;
    const unknown = Object.keys(isObject(set) ? set : {})
      .map(toParameterName)
      .filter((name) => isLossParameter(name) && !names.has(name));
    return unknown.map((name) => ({
      path: toPath(['ablations', i]),
      message:
        `found an ablation that sets ${name}, wanted one of what this definition declares: ` +
        'a program has nothing else',
    }));
  });
}

/** Where there is a phase, the arms without it are the controls. */
export function controlProblems(control: unknown, names: ReadonlySet<string>): Problem[] {
  if (control === undefined || !names.has('beta')) return [];
  return [
    {
      path: 'control',
      message: 'found a control beside beta, wanted one of them: the arms with β = 0 are the controls',
    },
  ];
}

/** The length may be swept, and is judged arm by arm then. */
function lengthProblemsOf(training: Section, names: ReadonlySet<string>): Problem[] {
  const isSwept = ['batches', 'epochs', 'batchesPerEpoch'].some((key) => names.has(`training.${key}`));
  return isSwept ? [] : problemsOfLength(training);
}

function dataProblems({ data, dataVersion }: Section): Problem[] {
  if (!Array.isArray(data) || data.length === 0 || typeof dataVersion !== 'string') return [];
  return [{ path: 'training.program.dataVersion', message: 'found a dataVersion beside data, wanted one of them' }];
}

/** A program that only prints can neither save nor say that it waits for the next stage. */
function printingProblems({ metrics, fork, resident }: Section): Problem[] {
  if (metrics !== 'stdout') return [];
  return Object.entries({ fork, resident })
    .filter(([, value]) => value === true)
    .map(([key]) => ({
      path: `training.program.${key}`,
      message: 'found true with metrics "stdout", wanted metrics "file": it has to report in out.jsonl for that',
    }));
}

function commandProblems({ command }: Section, { training }: Section, names: ReadonlySet<string>): Problem[] {
  if (!Array.isArray(command)) return [];
  return command.flatMap((argument: unknown, i) => {
    const texts: [PropertyKey[], unknown][] = Array.isArray(argument)
      ? argument.map((text, j) => [[i, j], text])
      : [[[i], argument]];
    return texts.flatMap(([at, text]) =>
      typeof text !== 'string'
        ? []
        : problemsOfTemplate(text, names, training as Section).map((message) => ({
            path: toPath(['training', 'program', 'command', ...at]),
            message,
          })),
    );
  });
}
