import { posix } from 'node:path';
import type { Problem } from '../sweep/problem.ts';
import { printedMetric } from '../sweep/printed-metric.ts';
import { toSuggestion } from '../sweep/suggest.ts';
import { readCommand } from './command.ts';
import { Findings, isObject } from './findings.ts';
import { type Parameter, plain, readParameters, shown } from './parameters.ts';
import { readYaml } from './read-yaml.ts';

/**
 * Reads a sweep of W&B's as a definition of Cosweep's, whose runs the script trains: it gets its parameters as W&B's
 * agent hands them over, and prints its metrics. What has no equal here is a problem, and all problems are found.
 *
 * @param text YAML
 * @param fileName names the sweep where it has no name
 */
export function toDefinition(text: string, fileName: string): { definition: object } | { problems: Problem[] } {
  const yaml = readYaml(text);
  if ('problem' in yaml) return { problems: [yaml.problem] };
  const findings = new Findings();
  const definition = translate(yaml.value, fileName, findings);
  return findings.problems.length > 0 ? { problems: findings.problems } : { definition };
}

/** Keys of W&B's that say where a sweep is kept and who steers it. */
const UNUSED = ['entity', 'project', 'apiVersion', 'kind', 'controller'];
const USED = ['program', 'command', 'name', 'description', 'method', 'metric', 'parameters', 'run_cap', 'cosweep'];

/** Keys that cannot mean here what they mean there, and what is wanted instead. */
const NO_EQUAL: Record<string, string> = {
  early_terminate: 'wanted none: every run is trained to its end, since pairs of runs are compared',
  metrics: 'wanted metric, with one name',
  scheduler: 'wanted none: all arms are planned before anything trains',
  job: 'wanted program, the file of the training script',
  image_uri: 'wanted program, the file of the training script',
};

/** Keys of `cosweep` by their places in a definition. */
const OF_SWEEP = ['seeds', 'control', 'exclude', 'smallestEffect', 'samplerSeed'];
const OF_TRAINING = ['batches', 'epochs', 'batchesPerEpoch', 'evalEvery'];
const OF_PROGRAM = [
  ...[
    'files',
    'data',
    'dataVersion',
    'metrics',
    'names',
    'env',
    'gpus',
    'timeout',
    'grace',
    'fork',
    'resident',
    'exact',
  ],
];

function translate(raw: Record<string, unknown>, fileName: string, findings: Findings): object {
  findUnknownKeys(raw, findings);
  const own = readOwn(raw['cosweep'], findings);
  const all = readParameters(raw['parameters'], raw['method'], findings);
  const seed = all.find(({ name }) => name === 'seed');
  const isSeeded = seed !== undefined || own['seeds'] !== undefined;
  const read = readCommand(
    raw,
    all.filter((parameter) => parameter !== seed),
    isSeeded ? 'seed' : null,
    findings,
  );
  const training = toTraining(read.parameters, own, findings);
  const inCommand = pairValues(all, read.parameters);
  const swept = read.parameters.filter(({ space }) => space !== null);
  return {
    name: raw['name'] ?? fileName.replace(/\.ya?ml$/i, ''),
    ...(raw['description'] === undefined ? {} : { description: raw['description'] }),
    ...readMethod(raw, findings),
    ...readMetric(raw['metric'], own, findings),
    parameters: Object.fromEntries(swept.map(({ name, space }) => [`training.${name}`, space])),
    ...pick(own, OF_SWEEP),
    ...seedsOf(seed, own, findings),
    ...assignmentsOf(own, inCommand),
    training: {
      program: { command: read.command, files: filesOf(raw['program']), metrics: 'stdout', ...pick(own, OF_PROGRAM) },
      ...training,
    },
  };
}

function findUnknownKeys(raw: Record<string, unknown>, findings: Findings): void {
  for (const [key, value] of Object.entries(raw)) {
    if (Object.hasOwn(NO_EQUAL, key)) findings.add([key], `found ${shown(value)}, ${NO_EQUAL[key]}`);
    else if (![...USED, ...UNUSED].includes(key))
      findings.add([key], `unknown key${toSuggestion(key, USED) || `, wanted one of ${USED.join(', ')}`}`);
  }
}

/** What W&B's sweeps have no words for stands under `cosweep`. */
function readOwn(written: unknown, findings: Findings): Record<string, unknown> {
  if (written === undefined) return {};
  if (!isObject(written)) {
    findings.add(['cosweep'], `found ${shown(written)}, wanted an object such as {epochs: 10, seeds: 6}`);
    return {};
  }
  const known = [...OF_SWEEP, ...OF_TRAINING, ...OF_PROGRAM];
  for (const key of Object.keys(written))
    if (!known.includes(key))
      findings.add(['cosweep', key], `unknown key${toSuggestion(key, known) || `, wanted one of ${known.join(', ')}`}`);
  return plain(written) as Record<string, unknown>;
}

function readMethod(raw: Record<string, unknown>, findings: Findings): object {
  const { method, run_cap: cap } = raw;
  const runCap = cap === undefined ? {} : { runCap: plain(cap) };
  if (method === 'grid') {
    if (cap !== undefined)
      findings.add(['run_cap'], `found ${shown(cap)}, wanted none in a grid, which is trained whole`);
    return { method };
  }
  if (method !== 'random')
    findings.add(
      ['method'],
      `found ${shown(method)}, wanted grid or random: all arms are planned before anything trains`,
    );
  else if (cap === undefined)
    findings.add(['run_cap'], 'found nothing, wanted how many arms the random search draws: it has to end');
  return { method, ...runCap };
}

/** The metric in the words of a definition, by which the script's line is read too. */
function readMetric(written: unknown, { names = {} }: Record<string, unknown>, findings: Findings): object {
  const name = isObject(written) ? written['name'] : undefined;
  if (!isObject(written) || typeof name !== 'string' || name === '') {
    findings.add(['metric'], `found ${shown(written)}, wanted name and goal of what the script prints`);
    return {};
  }
  const goal = written['goal'] ?? 'minimize';
  if (written['target'] !== undefined)
    findings.add(['metric', 'target'], `found ${shown(written['target'])}, wanted none: a sweep is trained whole`);
  const metric = printedMetric(name, isObject(names) ? (names as Record<string, string>) : {});
  return { metric: { name: metric, goal }, metrics: { [metric]: goal } };
}

/** W&B's scripts often sweep the seed. Here it makes pairs, so it is no parameter. */
function seedsOf(seed: Parameter | undefined, own: Record<string, unknown>, findings: Findings): object {
  if (seed === undefined) return {};
  if (own['seeds'] !== undefined)
    findings.add(['cosweep', 'seeds'], 'found seeds beside the parameter seed, wanted one of them');
  if (seed.values === null)
    findings.add(['parameters', 'seed'], 'found a range, wanted a list of seeds: each arm is trained with all of them');
  return { seeds: seed.values };
}

/** The length of a run, and every parameter with a value that it may have. */
function toTraining(parameters: readonly Parameter[], own: Record<string, unknown>, findings: Findings): object {
  const length = pick(own, OF_TRAINING);
  const names = parameters.map(({ name }) => name);
  for (const name of names) {
    if (name === 'program')
      findings.add(['parameters', name], 'found program, wanted another name: it names the script');
    if (name in length)
      findings.add(['cosweep', name], `found ${name} beside the parameter ${name}, wanted one of them`);
  }
  const hasEpochs = names.includes('epochs') || 'epochs' in length;
  if (!hasEpochs && !names.includes('batches') && !('batches' in length))
    findings.add(
      ['cosweep'],
      'found neither epochs nor batches, wanted one of them, or a parameter of this name: ' +
        'how long a run is, in what the script prints as epoch or as step',
    );
  // Where nothing else is said, an epoch is what is counted.
  const usual = hasEpochs && !('batchesPerEpoch' in length) && !names.includes('batchesPerEpoch');
  const training: Record<string, unknown> = { ...length, ...(usual ? { batchesPerEpoch: 1 } : {}) };
  for (const { name, first } of parameters) assign(training, name.split('.'), first);
  return training;
}

function assign(target: Record<string, unknown>, [key, ...rest]: string[], value: unknown): void {
  if (rest.length === 0) target[key!] = value;
  else assign((target[key!] = isObject(target[key!]) ? target[key!] : {}) as Record<string, unknown>, rest, value);
}

/** The script with what stands beside it, of which a copy is run. */
function filesOf(program: unknown): string[] {
  if (typeof program !== 'string') return [];
  const extension = posix.extname(program);
  const folder = posix.dirname(program);
  return extension === '' ? [program] : [...new Set([posix.join(folder, `*${extension}`), `*${extension}`])];
}

function pick(own: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.filter((key) => key in own).map((key) => [key, own[key]]));
}

/** From each value of W&B's to the one that the command takes, by parameter. */
type ValuePairs = ReadonlyMap<string, readonly (readonly [unknown, unknown])[]>;

function pairValues(written: readonly Parameter[], taken: readonly Parameter[]): ValuePairs {
  const before = new Map(written.map(({ name, values }) => [name, values ?? []]));
  return new Map(
    taken.map(({ name, values }) => [name, (values ?? []).map((value, i) => [before.get(name)![i], value])]),
  );
}

/** `control` and `exclude` name parameters as W&B does, and their values too. */
function assignmentsOf({ control, exclude }: Record<string, unknown>, pairs: ValuePairs): object {
  const convert = (assignment: unknown): unknown => {
    if (!isObject(assignment)) return assignment;
    const entries = Object.entries(assignment).map(([name, value]) => {
      const [, taken] = pairs.get(name)?.find(([written]) => written === value) ?? [null, value];
      return [`training.${name}`, taken] as const;
    });
    return Object.fromEntries(entries);
  };
  return {
    ...(control === undefined ? {} : { control: convert(control) }),
    ...(exclude === undefined ? {} : { exclude: Array.isArray(exclude) ? exclude.map(convert) : exclude }),
  };
}
