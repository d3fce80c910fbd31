import { cifarPublished, unpackedIn } from './cifar-published.ts';
import type { CifarPublished } from './cifar-published.ts';

const TRAIN_FILES = [
  'data_batch_1.bin',
  'data_batch_2.bin',
  'data_batch_3.bin',
  'data_batch_4.bin',
  'data_batch_5.bin',
];
const TEST_FILES = ['test_batch.bin'];

/** Small photographs (Krizhevsky, 2009). Size and SHA-256 as in TensorFlow Datasets' checksum files. */
export const CIFAR10_FILES: CifarPublished = {
  name: 'cifar10',
  about: 'small photographs, 32×32 colour, 10 classes, 50,000 + 10,000',
  mirrors: ['https://www.cs.toronto.edu/~kriz/'],
  files: [
    {
      name: 'cifar-10-binary.tar.gz',
      bytes: 170052171,
      sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
    },
  ],
  alternatives: unpackedIn('cifar-10-batches-bin', [...TRAIN_FILES, ...TEST_FILES]),
  classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
  trainFiles: TRAIN_FILES,
  testFiles: TEST_FILES,
  recordsPerTrainFile: 10000,
  recordsPerTestFile: 10000,
  labelBytes: 1,
};

export const cifar10 = cifarPublished(CIFAR10_FILES);
