import { idxPublished, UNPACKED } from './idx-published.ts';
import type { IdxPublished } from './idx-published.ts';

/** Cursive Japanese characters (Clanuwat et al., 2018). Sizes and SHA-256 as in TensorFlow Datasets' checksum files. */
export const KMNIST_FILES: IdxPublished = {
  name: 'kmnist',
  about: 'cursive Japanese characters, 28×28 grey, 10 classes, 60,000 + 10,000',
  mirrors: ['https://codh.rois.ac.jp/kmnist/dataset/kmnist/', 'http://codh.rois.ac.jp/kmnist/dataset/kmnist/'],
  files: [
    {
      name: 'train-images-idx3-ubyte.gz',
      bytes: 18165135,
      sha256: '51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4',
    },
    {
      name: 'train-labels-idx1-ubyte.gz',
      bytes: 29497,
      sha256: 'e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17',
    },
    {
      name: 't10k-images-idx3-ubyte.gz',
      bytes: 3041136,
      sha256: 'edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5',
    },
    {
      name: 't10k-labels-idx1-ubyte.gz',
      bytes: 5120,
      sha256: '20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c',
    },
  ],
  alternatives: UNPACKED,
  classes: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
  trainCount: 60000,
  testCount: 10000,
};

export const kmnist = idxPublished(KMNIST_FILES);
