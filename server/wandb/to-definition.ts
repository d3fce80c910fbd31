import type { Problem } from '../sweep/problem.ts';
import { toSuggestion } from '../sweep/suggest.ts';
import { readCommand } from './command.ts';
import { Findings } from './findings.ts';
import { assignmentsOf, OF_PROGRAM, OF_SWEEP, pairValues, pick, readOwn } from './own-keys.ts';
import { readParameters } from './parameters.ts';
import { readYaml } from './read-yaml.ts';
import { readMethod, readMetric, readSeeds } from './search.ts';
import { filesOf, toTraining } from './training.ts';
import { findHugeNumbers, plain, shown } from './values.ts';

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
  return findings.problems.length > 0 ? { problems: findings.problems } : { definition: plain(definition) as object };
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

function translate(raw: Record<string, unknown>, fileName: string, findings: Findings): object {
  findHugeNumbers(raw, [], findings);
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
    ...readSeeds(seed, own, findings),
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
