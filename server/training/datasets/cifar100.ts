import { cifarPublished, unpackedIn } from './cifar-published.ts';
import type { CifarPublished } from './cifar-published.ts';

const TRAIN_FILES = ['train.bin'];
const TEST_FILES = ['test.bin'];

/**
 * Small photographs of 100 kinds (Krizhevsky, 2009), fine labels. Size and SHA-256 as in TensorFlow Datasets' checksum
 * files.
 */
export const CIFAR100_FILES: CifarPublished = {
  name: 'cifar100',
  about: 'small photographs, 32×32 colour, 100 classes, 50,000 + 10,000',
  mirrors: ['https://www.cs.toronto.edu/~kriz/'],
  files: [
    {
      name: 'cifar-100-binary.tar.gz',
      bytes: 168513733,
      sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
    },
  ],
  alternatives: unpackedIn('cifar-100-binary', [...TRAIN_FILES, ...TEST_FILES]),
  classes: (
    'apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can ' +
    'castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin ' +
    'elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard ' +
    'lobster man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear ' +
    'pickup_truck pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark ' +
    'shrew skunk skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone ' +
    'television tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm'
  ).split(' '),
  trainFiles: TRAIN_FILES,
  testFiles: TEST_FILES,
  recordsPerTrainFile: 50000,
  recordsPerTestFile: 10000,
  // A coarse label, then the fine one.
  labelBytes: 2,
};

export const cifar100 = cifarPublished(CIFAR100_FILES);
