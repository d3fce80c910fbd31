import type { Problem } from '../problem.ts';
import type { ModelSettings } from '../settings.ts';
import { firstSuggestions, toSuggestion } from '../suggest.ts';
import { isWithin } from './is-within.ts';
import type { LaidLayer, Shape } from './laid-layer.ts';
import { headParameters, layOutNetwork, type LaidNetwork } from './lay-out-network.ts';
import { NetworkMistake } from './network-mistake.ts';
import { type ParameterSpec, sizeOf } from './parameter-spec.ts';
import { toText } from './windows.ts';

/** Their weights, gradients and two slots of an optimiser take 2 GiB, and a checkpoint 1.5. */
const MOST_PARAMETERS = 2 ** 27;

/**
 * Numbers that the layers make of a batch: with their gradients they take 256 GiB, which no machine of today has room
 * for. What fits is the machine's affair; this is against a slip of the pen.
 */
const MOST_ACTIVATIONS = 2 ** 35;

/** What a network is to be trained on. */
export interface Images {
  /** [height, width, channels] */
  shape: Shape;
  classes: number;
}

/** Everything that is wrong with a network for batches of the images of a data set. */
export function problemsOfNetwork(
  model: ModelSettings,
  { shape, classes, batchSize }: Images & { batchSize: number },
): Problem[] {
  const laid = tryToLayOut(model, shape);
  if ('problem' in laid) return [laid.problem];
  const parameters = [...laid.network.parameters, ...headParameters(classes, model.embedding)];
  return [
    ...sizeProblems(parameters),
    ...activationProblems(laid.network, batchSize),
    ...nameProblems('fresh', model.fresh, [...parameters, ...laid.network.statistics]),
    ...nameProblems('freeze', model.freeze, parameters),
    ...frozenProblems(model, parameters),
  ];
}

function tryToLayOut(model: ModelSettings, shape: Shape): { network: LaidNetwork } | { problem: Problem } {
  try {
    return { network: layOutNetwork(model, shape) };
  } catch (error) {
    if (error instanceof NetworkMistake) return { problem: error.problem };
    throw error;
  }
}

function sizeProblems(parameters: readonly ParameterSpec[]): Problem[] {
  const count = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (count <= MOST_PARAMETERS) return [];
  const largest = parameters.reduce((a, b) => (sizeOf(b.shape) > sizeOf(a.shape) ? b : a));
  return [
    {
      path: 'training.model',
      message:
        `found ${count} parameters, wanted at most ${MOST_PARAMETERS}; ` +
        `most of them are in ${JSON.stringify(largest.name)}, ${largest.shape.join(' × ')}`,
    },
  ];
}

/** What the layers make of a batch is kept until its gradient is there. */
function activationProblems({ body, embedding }: LaidNetwork, batchSize: number): Problem[] {
  const made = [...body.flatMap(withinLayer), embedding];
  const count = batchSize * made.reduce((sum, { output }) => sum + sizeOf(output), 0);
  if (count <= MOST_ACTIVATIONS) return [];
  const largest = made.reduce((a, b) => (sizeOf(b.output) > sizeOf(a.output) ? b : a));
  return [
    {
      path: 'training.model',
      message:
        `found ${count} numbers that its layers make of a batch of ${batchSize}, wanted at most ${MOST_ACTIVATIONS}; ` +
        `the largest makes ${toText(largest.output)} of each image`,
    },
  ];
}

/** The layers that make numbers: a residual adds its sum to those of its branch and shortcut. */
function withinLayer(layer: LaidLayer): LaidLayer[] {
  if (layer.kind === 'flatten') return [];
  return layer.kind === 'residual' ? [...[...layer.branch, ...layer.shortcut].flatMap(withinLayer), layer] : [layer];
}

/** Names of layers, and of groups such as `stage1`, that the network does not have. */
function nameProblems(
  key: 'fresh' | 'freeze',
  names: readonly string[] = [],
  parameters: readonly ParameterSpec[],
): Problem[] {
  const known = new Set(parameters.flatMap(({ name }) => groupsOf(name)));
  const suggestion = firstSuggestions((name) => toSuggestion(name, [...known]), MOST_SUGGESTED);
  return names.flatMap((name, i) =>
    known.has(name)
      ? []
      : [
          {
            path: `training.model.${key}[${i}]`,
            message:
              `found ${JSON.stringify(name)}, wanted a layer with parameters, or a group of them` +
              (suggestion(name) || `: ${shown([...known])}`),
          },
        ],
  );
}

/** `stage1/conv1/kernel` → `stage1`, `stage1/conv1` */
function groupsOf(name: string): string[] {
  const words = name.split('/').slice(0, -1);
  return words.map((_, i) => words.slice(0, i + 1).join('/'));
}

const MOST_SHOWN = 8;
/** A suggestion compares a name with every other. */
const MOST_SUGGESTED = 10;

function shown(names: readonly string[]): string {
  return `${names.slice(0, MOST_SHOWN).join(', ')}${names.length > MOST_SHOWN ? ', …' : ''}`;
}

function frozenProblems({ freeze = [] }: ModelSettings, parameters: readonly ParameterSpec[]): Problem[] {
  if (parameters.some(({ name }) => !freeze.some((frozen) => isWithin(name, frozen)))) return [];
  return [{ path: 'training.model.freeze', message: 'found every layer, wanted at least one that is trained' }];
}
