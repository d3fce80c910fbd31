import { idxPublished, UNPACKED } from './idx-published.ts';
import type { IdxPublished } from './idx-published.ts';

/** Handwritten digits (LeCun, Cortes and Burges, 1998). Sizes and SHA-256 as in TensorFlow Datasets' checksum files. */
export const MNIST_FILES: IdxPublished = {
  name: 'mnist',
  about: 'handwritten digits, 28×28 grey, 10 classes, 60,000 + 10,000',
  mirrors: ['https://ossci-datasets.s3.amazonaws.com/mnist/', 'https://storage.googleapis.com/cvdf-datasets/mnist/'],
  files: [
    {
      name: 'train-images-idx3-ubyte.gz',
      bytes: 9912422,
      sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
    },
    {
      name: 'train-labels-idx1-ubyte.gz',
      bytes: 28881,
      sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
    },
    {
      name: 't10k-images-idx3-ubyte.gz',
      bytes: 1648877,
      sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
    },
    {
      name: 't10k-labels-idx1-ubyte.gz',
      bytes: 4542,
      sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
    },
  ],
  alternatives: UNPACKED,
  classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  trainCount: 60000,
  testCount: 10000,
};

export const mnist = idxPublished(MNIST_FILES);
