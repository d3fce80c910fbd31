import { describe, expect, test } from 'vitest';
import { readTopology } from '../../server/sweep/keras/read-topology.ts';
import { translateModel, type Translation } from '../../server/sweep/keras/translate-model.ts';

/** A layer of Keras 2, and what it takes. */
type Written = [className: string, name: string, from: unknown[], config?: object];

const INPUT: Written = ['InputLayer', 'in', [], { batch_input_shape: [null, 8, 8, 3] }];
const conv = (name: string, from: unknown[], config: object = {}): Written => [
  'Conv2D',
  name,
  from,
  { filters: 3, kernel_size: [1, 1], ...config },
];
const dense = (name: string, from: unknown[], config: object = {}): Written => [
  'Dense',
  name,
  from,
  { units: 4, ...config },
];

/** A functional model; `from` holds names, or tensors in the place of one. */
function functional(layers: Written[], more: object = {}): Translation {
  const written = layers.map(([class_name, name, from, config = {}]) => ({
    ...{ class_name, name, config: { name, ...config } },
    inbound_nodes: from.length === 0 ? [] : [from.map((each) => (Array.isArray(each) ? each : [each, 0, 0, {}]))],
  }));
  return read({ class_name: 'Functional', config: { layers: written, ...more } });
}

function sequential(layers: [className: string, name: string, config?: object][]): Translation {
  return read(inARow(layers));
}

function inARow(layers: [className: string, name: string, config?: object][]): object {
  return {
    class_name: 'Sequential',
    config: { layers: layers.map(([class_name, name, config]) => ({ class_name, config: { name, ...config } })) },
  };
}

function read(json: unknown): Translation {
  return translateModel(readTopology(json, 'model.json'));
}

function told({ problems }: Translation): string[] {
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('layers that are called otherwise than once, in a row', () => {
  test('a layer that is called twice is refused', () => {
    const layers = [
      { class_name: 'InputLayer', name: 'in', config: {}, inbound_nodes: [] },
      {
        ...{ class_name: 'Conv2D', name: 'conv', config: { filters: 3, kernel_size: 1 } },
        inbound_nodes: [[['in', 0, 0, {}]], [['conv', 0, 0, {}]]],
      },
      { class_name: 'Flatten', name: 'flat', config: {}, inbound_nodes: [[['conv', 1, 0, {}]]] },
    ];
    expect(told(read({ class_name: 'Model', config: { layers } }))).toEqual([
      'conv (Conv2D): found it called 2 times, wanted a layer that is called once',
      'flat (Flatten): found output 0 of call 1 of "conv", wanted 0 of 0',
    ]);
    const history = (name: string, call: number, output: number) => ({
      args: [{ class_name: '__keras_tensor__', config: { keras_history: [name, call, output] } }],
      kwargs: {},
    });
    layers[1]!.inbound_nodes = [history('in', 0, 1), history('conv', 0, 0)] as never;
    layers[2]!.inbound_nodes = [history('conv', 0, 0)] as never;
    expect(told(read({ class_name: 'Functional', config: { layers } }))).toEqual([
      'conv (Conv2D): found it called 2 times, wanted a layer that is called once',
      'conv (Conv2D): found output 1 of call 0 of "in", wanted 0 of 0',
    ]);
  });

  test('names that two layers have are refused, in Sequential models inside of one too', () => {
    const inner = inARow([['Dense', 'd', { units: 4 }]]);
    expect(told(read({ class_name: 'Sequential', config: [inner, inner] }))).toEqual([
      'd (Dense): found a second layer of this name, wanted another name',
    ]);
  });

  test('a circle is refused', () => {
    const circle = [INPUT, conv('a', ['in', 'b']), conv('b', ['a'])];
    expect(told(functional(circle))).toEqual(['a (Conv2D): found 2 inputs, wanted one']);
    expect(told(functional([conv('a', ['b']), conv('b', ['a'])]))).toEqual([
      'a (Conv2D): found it beside the one way from the input to the output, wanted it on that way',
    ]);
    expect(functional([INPUT, ['Add', 'a', ['in', 'b']], conv('b', ['a'])]).problems).not.toEqual([]);
    expect(functional([INPUT, conv('p', ['in']), ['Add', 'a', ['p', 'a']]]).problems).not.toEqual([]);
  });

  test('ways that part and meet over and over are refused, each layer once', () => {
    const layers = [INPUT, conv('l0', ['in']), conv('l1', ['l0'])];
    for (let i = 2; i < 900; i++) layers.push(['Concatenate', `l${i}`, [`l${i - 1}`, `l${i - 2}`]]);
    const refused = told(functional(layers)).filter((each) => each.includes('(Concatenate): found a layer'));
    expect(refused).toHaveLength(898);
  });
});

describe('models inside of a model', () => {
  const call = (from: string, told: object = {}) => [[[from, 0, 0, told]]];
  const written = (class_name: string, name: string, inbound_nodes: unknown[], config: object = {}) => ({
    ...{ class_name, name, inbound_nodes },
    config: { name, ...config },
  });
  const base = (told: object = {}, config: object = {}) =>
    written('Functional', 'base', call('in', told), {
      layers: [
        written('InputLayer', 'base_in', [], { batch_input_shape: [null, 8, 8, 3] }),
        written('Conv2D', 'c', call('base_in'), { filters: 3, kernel_size: [1, 1] }),
        written('BatchNormalization', 'n', call('c')),
        written('Add', 'sum', [
          [
            ['n', 0, 0, {}],
            ['base_in', 0, 0, {}],
          ],
        ]),
      ],
      input_layers: [['base_in', 0, 0]],
      output_layers: [['sum', 0, 0]],
      ...config,
    });
  const around = (inner: object, more: object = {}) =>
    read({
      class_name: 'Functional',
      config: {
        layers: [
          written('InputLayer', 'in', [], { batch_input_shape: [null, 8, 8, 3] }),
          inner,
          written('Flatten', 'f', call('base')),
          written('Dense', 'd', call('f'), { units: 4 }),
        ],
        ...more,
      },
    });
  const flat = functional([
    INPUT,
    conv('c', ['in']),
    ['BatchNormalization', 'n', ['c']],
    ['Add', 'sum', ['n', 'in']],
    ['Flatten', 'f', ['sum']],
    dense('d', ['f']),
  ]);

  test('are their layers, in their places', () => {
    expect(flat.layers).toMatchObject([{ residual: [{ conv: 3 }, { batchNorm: true }], name: 'sum' }, 'flatten']);
    expect(around(base())).toEqual(flat);
    const inARow = [base(), written('Flatten', 'f', []), written('Dense', 'd', [], { units: 4 })];
    const start = written('InputLayer', 'in', [], { batch_input_shape: [null, 8, 8, 3] });
    expect(read({ class_name: 'Sequential', config: { layers: [start, ...inARow] } })).toEqual(flat);
    const deeper = { ...base(), config: { name: 'base', layers: [{ ...base(), inbound_nodes: [] }] } };
    expect(around({ ...deeper, class_name: 'Sequential' })).toEqual(flat);
  });

  test('may be the end, and may be called as in use: batch norm says so', () => {
    const { problems, layers } = read({
      class_name: 'Model',
      config: {
        layers: [written('InputLayer', 'in', [], { batch_input_shape: [null, 8, 8, 3] }), base()],
        output_layers: [['base', 0, 0]],
      },
    });
    expect([problems, layers]).toEqual([[], flat.layers.slice(0, 1)]);
    expect(around(base({ training: false })).notes.join()).toContain('"sum/n": normalises by running statistics');
  });

  test('with a second input, a second output or a second call are refused', () => {
    const second = written('InputLayer', 'more', [], { batch_input_shape: [null, 8, 8, 3] });
    const { config } = base();
    const layers = [...(config as unknown as { layers: object[] }).layers, second];
    const outputs = { output_layers: [['sum', 0, 0], ['n', 0, 0]] }; // prettier-ignore
    expect(told(around(base({}, { layers })))).toContain(
      'base_in (InputLayer): found it in "base" of 2 inputs, wanted one',
    );
    expect(told(around(base({}, outputs)))).toContain(
      'base_in (InputLayer): found it in "base" of 2 outputs, wanted one',
    );
    const twice = { ...base(), inbound_nodes: [...call('in'), ...call('f')] };
    expect(told(around(twice))).toContain(
      'base_in (InputLayer): found it called 2 times, wanted a layer that is called once',
    );
  });
});

describe('outputs', () => {
  const layers = [INPUT, conv('c', ['in']), ['Flatten', 'f', ['c']] as Written, dense('a', ['f']), dense('b', ['f'])];

  test('a second one is refused, whether or not the model says its outputs', () => {
    const outputs = [
      ['a', 0, 0],
      ['b', 0, 0],
    ];
    expect(told(functional(layers, { output_layers: outputs }))).toEqual(['b: found a second output, wanted one']);
    expect(told(functional(layers, { output_layers: { x: outputs[0], y: outputs[1] } }))).toEqual([
      'b: found a second output, wanted one',
    ]);
    const second = 'found a second end, wanted one way from the input to the output';
    expect(told(functional(layers))).toEqual([`a (Dense): ${second}`]);
    expect(told(functional(layers, { output_layers: ['a', 0, 0] }))).toEqual([`b (Dense): ${second}`]);
  });

  test('one in the middle is refused, and one that is no layer', () => {
    const row = [INPUT, conv('c', ['in']), ['Flatten', 'f', ['c']] as Written, dense('a', ['f']), dense('b', ['a'])];
    expect(told(functional(row, { output_layers: [['b', 0, 0]] }))).toEqual([]);
    expect(told(functional(row, { output_layers: ['a', 0, 0] }))).toContain(
      'a (Dense): found the output here and layers that follow, wanted the output at the end',
    );
    expect(told(functional(row, { output_layers: [['z', 0, 0]] }))).toEqual([
      'output_layers: found "z", wanted a layer of the model',
    ]);
  });
});

describe('options that change training', () => {
  test('what settings do in their place is noted, with the full names of the layers', () => {
    const l2 = { class_name: 'L2', config: { l2: 0.01 } };
    const { notes, problems } = functional([
      INPUT,
      conv('stem', ['in'], { kernel_regularizer: l2, trainable: false, activity_regularizer: null }),
      conv('one', ['stem'], { kernel_regularizer: l2, bias_regularizer: l2, kernel_initializer: { class_name: 'X' } }),
      ['BatchNormalization', 'norm', [['one', 0, 0, { training: false }]], { trainable: false, renorm: false }],
      conv('short', ['stem'], { trainable: false }),
      ['Add', 'join', ['norm', 'short']],
      ['Activation', 'relu', ['join'], { activation: 'relu', trainable: false }],
      ['Flatten', 'flat', ['relu']],
      ['Dropout', 'drop', [['flat', 0, 0, { training: true }]], { rate: 0.5, noise_shape: [1], seed: 3 }],
      dense('end', ['drop']),
    ]);
    expect(problems).toEqual([]);
    const value = '{"class_name":"L2","config":{"l2":0.01}}';
    expect(notes.slice(2)).toEqual([
      `"stem", "join/one": kernel_regularizer ${value} is left out: use "weightDecay" of the optimiser`,
      '"stem", "join/norm", "join/shortcut/short": not trained in Keras: put it in "freeze"',
      `"join/one": bias_regularizer ${value} is left out: Cosweep decays kernels alone`,
      '"join/norm": normalises by running statistics in Keras (training=False): ' +
        'put it in "freeze", which also keeps gamma and beta',
    ]);
  });

  test('those that nothing stands for are refused', () => {
    const none = 'which Cosweep does not have, wanted none';
    expect(
      told(
        functional([
          INPUT,
          conv('a', ['in'], { kernel_constraint: { class_name: 'MaxNorm' } }),
          conv('b', ['a'], { activity_regularizer: { class_name: 'L1' } }),
          ['BatchNormalization', 'c', ['b'], { renorm: true }],
          ['BatchNormalization', 'd', [['c', 0, 0, { training: true }]]],
          ['DepthwiseConv2D', 'e', ['d'], { kernel_size: 3, groups: 2 }],
          conv('f', ['e'], { lora_rank: 4 }),
          ['Flatten', 'g', ['f']],
        ]),
      ),
    ).toEqual([
      `a (Conv2D): found "kernel_constraint" as {"class_name":"MaxNorm"}, ${none}`,
      `b (Conv2D): found "activity_regularizer" as {"class_name":"L1"}, ${none}`,
      `c (BatchNormalization): found "renorm" as true, ${none}`,
      'd (BatchNormalization): found it called with training true, wanted a call without',
      'e (DepthwiseConv2D): found groups 2, wanted 1',
      `f (Conv2D): found "lora_rank" as 4, ${none}`,
    ]);
  });
});

test('images are prepared before all layers, or not at all', () => {
  const rescaling: Written = ['Rescaling', 'r', ['in'], { scale: 0.5, offset: -1 }];
  const first = functional([INPUT, rescaling, conv('c', ['r']), ['Flatten', 'f', ['c']], dense('d', ['f'])]);
  expect(first.problems).toEqual([]);
  expect(first.notes[0]).toBe('"r" (Rescaling) is left out: Cosweep normalises images itself');
  expect(first.weightNotes).toEqual([
    'its weights expect images as "r" makes them (Rescaling, scale 0.5, offset -1): ' +
      'Cosweep normalises by the numbers of the data set instead',
  ]);
  const late = 'found it after other layers, wanted it at the beginning, before all of them';
  expect(
    told(
      sequential([
        ['Conv2D', 'c', { filters: 3, kernel_size: 1 }],
        ['Normalization', 'n'],
      ]),
    ),
  ).toEqual([`n (Normalization): ${late}`]);
  const beside = [INPUT, rescaling, conv('c', ['in']), ['Add', 'a', ['r', 'c']] as Written];
  expect(told(functional(beside))).toEqual([`r (Rescaling): ${late}`]);
});

test('batch norm of vectors may have the axis 1, and no batch norm more than one', () => {
  const norm = (axis: unknown): [string, string, object] => [
    'BatchNormalization',
    `n${JSON.stringify(axis)}`,
    { axis },
  ];
  const after: [string, string, object?][] = [
    ['Flatten', 'x'],
    ['GlobalAveragePooling2D', 'x'],
    ['Dense', 'x', { units: 4 }],
  ];
  for (const layer of after)
    expect(told(sequential([layer, norm([1]), ['Activation', 'y', { activation: 'relu' }], norm(1)]))).toEqual([]);
  const wanted = 'wanted -1, the channels';
  expect(told(sequential([norm([3]), norm([1]), norm([3, 1]), ['Flatten', 'x'], norm(3)]))).toEqual([
    `n[1] (BatchNormalization): found axis [1], ${wanted}`,
    `n[3,1] (BatchNormalization): found axis [3,1], ${wanted}`,
    `n3 (BatchNormalization): found axis 3, ${wanted}`,
  ]);
});

test('layers whose names become the same are told apart, and none has a name of the network itself', () => {
  const long = 'x'.repeat(80);
  const { layers, problems } = functional([
    INPUT,
    conv('a b', ['in']),
    conv('a_b', ['a b']),
    conv('a_b_2', ['a_b']),
    conv(`${long}1`, ['a_b_2']),
    conv(`${long}2`, [`${long}1`]),
    conv('shortcut', [`${long}2`]),
    conv('other', [`${long}2`]),
    ['Add', 'head', ['shortcut', 'other']],
    ['Flatten', 'f', ['head']],
  ]);
  expect(problems).toEqual([]);
  const names = JSON.stringify(layers).match(/"name":"[^"]*"/g)!;
  expect(names.map((each) => each.slice(8, -1))).toEqual([
    ...['a_b', 'a_b_2', 'a_b_2_2', long, `${long}_2`],
    ...['keras_shortcut', 'other', 'keras_head'],
  ]);
});
