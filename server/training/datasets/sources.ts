import type { DatasetSettings } from '../../sweep/settings.ts';
import type { Source } from '../dataset.ts';
import { cifar10 } from './cifar10.ts';
import { cifar100 } from './cifar100.ts';
import { csv } from './csv.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { glyphs } from './glyphs.ts';
import { idx } from './idx.ts';
import { images } from './images.ts';
import { kmnist } from './kmnist.ts';
import { mnist } from './mnist.ts';

/** Every data set by the name that definitions use. Each reads the settings of its own name only, hence `never`. */
export const sources: Record<DatasetSettings['name'], Source<never>> = {
  glyphs,
  mnist,
  'fashion-mnist': fashionMnist,
  kmnist,
  cifar10,
  cifar100,
  idx,
  csv,
  images,
};
