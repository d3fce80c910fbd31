import type { Layer, RepeatLayer, ResidualLayer } from '../layers.ts';
import { type LaidLayer, type LaidResidual, outputOf, parametersOf, type Shape, statisticsOf } from './laid-layer.ts';
import { NetworkMistake } from './network-mistake.ts';
import { sizeOf } from './parameter-spec.ts';
import { Scope } from './scope.ts';
import { convolution, layBatchNorm, layConv, layDense, layDepthwise } from './weighted.ts';
import { countWindows, pictureOf, refuseLargePool, strideBetween, toText } from './windows.ts';

/**
 * Lays out a list of layers for an input of this shape: names and shapes for each, repeats written out. Throws a
 * `NetworkMistake` at the first layer that does not fit.
 *
 * @param path of the list in the settings of the model
 */
export function layOut(layers: readonly Layer[], input: Shape, scope: Scope, path: string): LaidLayer[] {
  const laid: LaidLayer[] = [];
  for (const [i, layer] of layers.entries()) {
    const at = `${path}[${i}]`;
    const before = outputOf(laid, input);
    if (typeof layer === 'object' && 'repeat' in layer) laid.push(...layRepeat(layer, before, scope, at));
    else laid.push(layOne(layer, before, { scope, path: at, beforeRelu: isBeforeRelu(layers, i) }));
  }
  return laid;
}

interface Place {
  scope: Scope;
  path: string;
  beforeRelu: boolean;
}

function layOne(layer: Exclude<Layer, RepeatLayer>, input: Shape, { scope, path, beforeRelu }: Place): LaidLayer {
  scope.count(path);
  if (typeof layer === 'string') return layWord(layer, input, path);
  if ('conv' in layer) return layConv(layer, scope.nameOf(layer, 'conv', path), input, path);
  if ('depthwise' in layer) return layDepthwise(layer, scope.nameOf(layer, 'depthwise', path), input, path);
  if ('dense' in layer) return layDense(layer, scope.nameOf(layer, 'dense', path), input, beforeRelu, path);
  if ('batchNorm' in layer) return layBatchNorm(layer, scope.nameOf(layer, 'batchNorm', path), input);
  if ('residual' in layer) return layResidual(layer, input, scope, path);
  const kind = 'maxPool' in layer ? 'maxPool' : 'averagePool';
  const size = 'maxPool' in layer ? layer.maxPool : layer.averagePool;
  const picture = pictureOf(input, 'a pool', path);
  refuseLargePool(picture, size, path);
  const window = { size, stride: layer.stride, padding: layer.padding };
  const output = [...countWindows(picture, window, path), picture[2]];
  return { kind, ...window, input, output, parameters: [], statistics: [] };
}

function layWord(kind: 'relu' | 'flatten' | 'globalAveragePool', input: Shape, path: string): LaidLayer {
  const laid = { kind, input, parameters: [], statistics: [] };
  if (kind === 'relu') return { ...laid, output: input };
  if (kind === 'flatten') return { ...laid, output: [sizeOf(input)] };
  return { ...laid, output: [pictureOf(input, '"globalAveragePool"', path)[2]] };
}

/** Whether a relu comes next, or after batch norm. */
function isBeforeRelu(layers: readonly Layer[], i: number): boolean {
  const next = layers[i + 1];
  if (typeof next === 'object' && 'batchNorm' in next) return isBeforeRelu(layers, i + 1);
  return next === 'relu';
}

/** The layers of `block` for the second time are those of `block/2`. */
function layRepeat(layer: RepeatLayer, input: Shape, scope: Scope, path: string): LaidLayer[] {
  const name = scope.nameOf(layer, 'repeat', path);
  const laid: LaidLayer[] = [];
  for (let time = 1; time <= layer.repeat; time++) {
    scope.count(path);
    laid.push(...layOut(layer.layers, outputOf(laid, input), scope.inside(`${name}/${time}`), `${path}.layers`));
  }
  return laid;
}

function layResidual(layer: ResidualLayer, input: Shape, scope: Scope, path: string): LaidResidual {
  const inside = scope.inside(scope.nameOf(layer, 'residual', path));
  const branch = layOut(layer.residual, input, inside, `${path}.residual`);
  const output = outputOf(branch, input);
  const shortcut = layShortcut(layer.shortcut, { input, output }, inside, `${path}.shortcut`);
  const added = outputOf(shortcut, input);
  if (`${added}` !== `${output}`)
    throw new NetworkMistake(
      path,
      `found ${toText(output)} from the branch and ${toText(added)} from the shortcut, ` +
        'wanted the same shape: "shortcut": "projection" makes it so',
    );
  return {
    kind: 'residual',
    ...{ branch, shortcut, input, output },
    parameters: [...parametersOf(branch), ...parametersOf(shortcut)],
    statistics: [...statisticsOf(branch), ...statisticsOf(shortcut)],
  };
}

function layShortcut(
  shortcut: ResidualLayer['shortcut'],
  { input, output }: { input: Shape; output: Shape },
  scope: Scope,
  path: string,
): LaidLayer[] {
  if (shortcut === 'identity') return [];
  if (shortcut !== 'projection') return layOut(shortcut, input, scope.inside(scope.claim('shortcut', path)), path);
  if (`${input}` === `${output}`) return [];
  return layProjection(input, output, scope, path);
}

/** A 1×1 convolution with batch norm (option B of He, Zhang, Ren and Sun, 2016). */
function layProjection(input: Shape, output: Shape, scope: Scope, path: string): LaidLayer[] {
  const stride = input.length === 3 && output.length === 3 ? strideBetween(input, output) : null;
  if (stride === null)
    throw new NetworkMistake(
      path,
      `found ${toText(input)} and ${toText(output)}, between which no 1×1 convolution lies, ` +
        'wanted a list of layers in the place of "projection"',
    );
  const projection = { size: 1, stride, padding: 'same', bias: false } as const;
  const conv = convolution({ name: scope.claim('shortcut', path), filters: output[2]!, ...projection }, input, path);
  const norm = layBatchNorm({ epsilon: 1e-5, rate: 0.1 }, scope.claim('shortcutNorm', path), conv.output);
  return [conv, norm];
}
