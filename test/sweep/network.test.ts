import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { parametersOf } from '../../server/sweep/network/laid-layer.ts';
import { layOutNetwork } from '../../server/sweep/network/lay-out-network.ts';
import { problemsOfNetwork } from '../../server/sweep/network/network-problems.ts';
import { sizeOf } from '../../server/sweep/network/parameter-spec.ts';
import { layersSchema } from '../../server/sweep/schema/layer-schema.ts';
import { parseDefinitionValue } from '../../server/sweep/definition/parse-definition.ts';
import { planSweep } from '../../server/sweep/plan/plan-sweep.ts';
import { MODEL_NAMES, ownTraining, type ModelSettings } from '../../server/sweep/settings.ts';

const end = { embedding: 8, dropout: 0 };
const own = (layers: unknown, more: Partial<ModelSettings> = {}): ModelSettings =>
  ({ layers: layersSchema.parse(layers), ...end, ...more }) as ModelSettings;
const problems = (layers: unknown, shape = [8, 8, 3], more: Partial<ModelSettings> = {}) =>
  problemsOfNetwork(own(layers, more), { shape, classes: 10, batchSize: 64 }).map(
    ({ path, message }) => `${path}: ${message}`,
  );

describe('names', () => {
  const namesOf = (layers: unknown) =>
    layOutNetwork(own(layers), [8, 8, 3]).parameters.map(({ name, shape }) => `${name} ${shape.join('×')}`);

  it('are kinds and numbers, below the names of what a layer is in', () => {
    expect(
      namesOf([
        { conv: 4, bias: false },
        'batchNorm',
        { conv: 4, size: 1, name: 'squeeze' },
        { conv: 4, size: 5 },
        {
          repeat: 2,
          layers: [
            { depthwise: 2, bias: false },
            { conv: 4, size: 1, bias: false },
          ],
          name: 'mobile',
        },
        { residual: [{ conv: 6, stride: 2, bias: false }], shortcut: 'projection' },
        { residual: ['globalAveragePool'], shortcut: [{ conv: 6, bias: false }, 'globalAveragePool'] },
        { dense: 5, bias: false },
      ]),
    ).toEqual([
      'conv1/kernel 3×3×3×4',
      'norm1/gamma 4',
      'norm1/beta 4',
      'squeeze/kernel 1×1×4×4',
      'squeeze/bias 4',
      'conv3/kernel 5×5×4×4',
      'conv3/bias 4',
      'mobile/1/depthwise1/kernel 3×3×4×2',
      'mobile/1/conv1/kernel 1×1×8×4',
      'mobile/2/depthwise1/kernel 3×3×4×2',
      'mobile/2/conv1/kernel 1×1×8×4',
      'residual1/conv1/kernel 3×3×4×6',
      'residual1/shortcut/kernel 1×1×4×6',
      'residual1/shortcutNorm/gamma 6',
      'residual1/shortcutNorm/beta 6',
      'residual2/shortcut/conv1/kernel 3×3×6×6',
      'dense1/kernel 6×5',
      'embedding/kernel 5×8',
      'embedding/bias 8',
    ]);
  });

  it('are taken once', () => {
    expect(problems(['flatten', { dense: 4 }, { dense: 4, name: 'dense1' }])).toEqual([
      'training.model.layers[2]: found a second layer "dense1", wanted another "name"',
    ]);
    expect(problems(['flatten', { dense: 4, name: 'embedding' }])).toEqual([
      'training.model.layers[1]: found a second layer "embedding", wanted another "name"',
    ]);
  });
});

describe('shapes', () => {
  const shapesOf = (layers: unknown, shape: number[]) =>
    layOutNetwork(own(layers), shape).body.map(({ output }) => output.join('×'));

  it('follow windows, strides and padding as in TensorFlow', () => {
    expect(
      shapesOf(
        [
          { conv: 2, stride: 2 },
          { conv: 2, size: 3, padding: 'valid' },
          { maxPool: 2 },
          { averagePool: 3, stride: 1, padding: 'valid' },
          { depthwise: 3, size: 2, stride: 2, padding: 'valid' },
          'flatten',
        ],
        [29, 21, 3],
      ),
    ).toEqual(['15×11×2', '13×9×2', '7×5×2', '5×3×2', '2×1×6', '12']);
  });

  test.each([
    [
      [{ conv: 4 }, { dense: 4 }],
      'layers[1]: found a picture of 8 × 8 × 4 before a dense layer, wanted a flat vector: "flatten" or "globalAveragePool" makes one',
    ],
    [
      ['flatten', 'relu', { conv: 4 }],
      'layers[2]: found a flat vector of 192 before a convolution, wanted a picture: it comes before "flatten"',
    ],
    [
      ['flatten', { maxPool: 2 }],
      'layers[1]: found a flat vector of 192 before a pool, wanted a picture: it comes before "flatten"',
    ],
    [
      [{ maxPool: 2 }, { maxPool: 2 }, { maxPool: 2 }, { averagePool: 4 }, 'flatten'],
      'layers[3]: found a pool of 4 × 4 on a picture of 1 × 1, wanted one that is no larger',
    ],
    [
      [{ conv: 4, size: 9, padding: 'valid' }, 'flatten'],
      'layers[0]: found a window of 9 × 9 on a picture of 8 × 8, wanted one that fits: a smaller one, or "padding": "same"',
    ],
    [
      [{ residual: [{ conv: 4, stride: 2 }] }, 'flatten'],
      'layers[0]: found a picture of 4 × 4 × 4 from the branch and a picture of 8 × 8 × 3 from the shortcut, wanted the same shape: "shortcut": "projection" makes it so',
    ],
    [
      [{ residual: [{ conv: 4, padding: 'valid' }], shortcut: 'projection' }, 'flatten'],
      'layers[0].shortcut: found a picture of 8 × 8 × 3 and a picture of 6 × 6 × 4, between which no 1×1 convolution lies, wanted a list of layers in the place of "projection"',
    ],
    [
      [
        {
          repeat: 3,
          layers: [
            { conv: 4, padding: 'valid' },
            { residual: ['relu', 'flatten'], shortcut: ['flatten'] },
          ],
        },
      ],
      'layers[0].layers[0]: found a flat vector of 144 before a convolution, wanted a picture: it comes before "flatten"',
    ],
    [
      [{ conv: 4 }, 'relu'],
      'layers[1]: found a picture of 8 × 8 × 4 at the end, wanted a flat vector: "flatten" or "globalAveragePool" makes one',
    ],
    [
      [{ repeat: 10, layers: [{ repeat: 101, layers: ['relu'] }] }, 'flatten'],
      'layers[0].layers[0].layers[0]: found more than 1000 layers, wanted at most 1000',
    ],
  ])('%j is refused', (layers, message) => {
    expect(problems(layers)).toEqual([`training.model.${message}`]);
  });

  it('may be of pictures with odd edges, down to one pixel', () => {
    for (const name of MODEL_NAMES)
      expect(problemsOfNetwork({ name, ...end }, { shape: [1, 1, 3], classes: 2, batchSize: 64 })).toEqual([]);
  });
});

test('a network that would not fit into memory is refused with its largest part', () => {
  expect(problems(['flatten', { dense: 400_000 }, 'relu', { dense: 400 }], [32, 32, 3])).toEqual([
    'training.model: found 1389203698 parameters, wanted at most 134217728; ' +
      'most of them are in "dense1/kernel", 3072 × 400000',
  ]);
});

test('a batch that would not fit into memory between the layers is refused with the largest of them', () => {
  const layers = [{ residual: [{ conv: 64 }, 'relu'], shortcut: 'projection' }, 'globalAveragePool'];
  const of = (batchSize: number) =>
    problemsOfNetwork(own(layers), { shape: [512, 512, 3], classes: 10, batchSize }).map(({ message }) => message);
  // Five times 512 × 512 × 64 (convolution, relu, convolution and batch norm of the shortcut, sum), 64 and 8.
  const each = 5 * 512 * 512 * 64 + 64 + 8;
  expect(of(409)).toEqual([]);
  expect(of(410)).toEqual([
    `found ${410 * each} numbers that its layers make of a batch of 410, wanted at most 34359738368; ` +
      'the largest makes a picture of 512 × 512 × 64 of each image',
  ]);
});

test('what a card of today can train is not refused for its size', () => {
  const images = (side: number, batchSize: number) => ({ shape: [side, side, 3], classes: 200, batchSize });
  expect(problemsOfNetwork({ name: 'resnet18', ...end }, images(96, 256))).toEqual([]);
  expect(problemsOfNetwork({ name: 'resnet18', ...end }, images(224, 128))).toEqual([]);
});

test('freeze and fresh name layers and groups; another name is an error with a suggestion', () => {
  const layers = [{ conv: 4, name: 'stem/conv' }, 'relu', 'flatten', { dense: 4 }];
  const wanted = 'wanted a layer with parameters, or a group of them';
  expect(
    problems(layers, [8, 8, 3], { freeze: ['stem', 'stem/conv', 'embedding', 'dense1'], fresh: ['head'] }),
  ).toEqual([]);
  expect(problems(layers, [8, 8, 3], { freeze: ['dense2', 'stem/conv/kernel', 'zebra'] })).toEqual([
    `training.model.freeze[0]: found "dense2", ${wanted} — did you mean "dense1"?`,
    `training.model.freeze[1]: found "stem/conv/kernel", ${wanted}: stem, stem/conv, dense1, embedding, head`,
    `training.model.freeze[2]: found "zebra", ${wanted}: stem, stem/conv, dense1, embedding, head`,
  ]);
  expect(problems(layers, [8, 8, 3], { freeze: ['stem', 'dense1', 'embedding', 'head'] })).toEqual([
    'training.model.freeze: found every layer, wanted at least one that is trained',
  ]);
});

test('settings of a model have no word of what does nothing, so that runs keep their names', () => {
  const modelOf = (model: object): string => {
    const parsed = parseDefinitionValue({
      name: 'model',
      parameters: { alpha: { value: 0.5 }, beta: { value: 0.2 }, epsilon: { value: 0.02 }, N: { value: 0 } },
      training: { dataset: { name: 'glyphs' }, model, batches: 10, evalEvery: 5 },
    });
    const { arms } = planSweep(parsed.definition!, { batchesPerEpoch: () => NaN });
    return JSON.stringify(ownTraining(arms[0]!.training).model);
  };
  const named = '{"name":"cnn-small","embedding":64,"dropout":0}';
  expect(modelOf({ name: 'cnn-small' })).toBe(named);
  expect(modelOf({ name: 'cnn-small', weights: null, fresh: ['head'], freeze: [] })).toBe(named);
  expect(modelOf({ layers: ['flatten', 'batchNorm', { dense: 4 }], freeze: ['dense1'] })).toBe(
    '{"layers":["flatten",{"batchNorm":true,"epsilon":0.00001,"rate":0.1},{"dense":4,"bias":true}],' +
      '"embedding":64,"dropout":0,"freeze":["dense1"]}',
  );
});

describe.each(MODEL_NAMES)('%s', (name) => {
  const written = readFileSync(new URL(`../fixtures/networks/${name}.json`, import.meta.url), 'utf8');

  it('is what a definition can write, down to the names and the draws of its parameters', () => {
    const [preset, layers] = [{ name, ...end }, own(JSON.parse(written))].map((model) =>
      layOutNetwork(model, [32, 32, 3]),
    );
    expect(layers).toEqual(preset);
  });

  it('has as many parameters as its paper says, or as it always had', () => {
    const { body } = layOutNetwork({ name, ...end }, [32, 32, 3]);
    expect(parametersOf(body).reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(
      {
        mlp: 3072 * 256 + 256 + 256 * 128 + 128,
        'cnn-small': 27 * 16 + 16 + 144 * 32 + 32,
        cnn: 27 * 32 + 288 * 32 + 288 * 64 + 576 * 64 + 2 * 192 + 4096 * 128 + 128,
        resnet8: 77_392,
        resnet20: 271_824,
        // torchvision's 11,173,962 for 10 classes, without its linear layer
        resnet18: 11_173_962 - 5_130,
      }[name],
    );
  });
});

test.each(['..', '__proto__', '-a', '_x', 'a//b', 'a/_b', 'logits', 'images', 'head'])(
  'a layer cannot be called %s',
  (name) => {
    const training = { layers: [{ conv: 2, name }, 'flatten'] };
    const parsed = layersSchema.safeParse(training.layers);
    const lay = () => layOutNetwork({ layers: parsed.data!, embedding: 2, dropout: 0 }, [4, 4, 1]);
    if (parsed.success) expect(lay).toThrow(/name/);
    else expect(parsed.error.issues[0]!.message).toBeDefined();
  },
);
