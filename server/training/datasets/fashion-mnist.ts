import { idxPublished, UNPACKED } from './idx-published.ts';
import type { IdxPublished } from './idx-published.ts';

/** Pieces of clothing (Xiao, Rasul and Vollgraf, 2017). Sizes and SHA-256 as in TensorFlow Datasets' checksum files. */
export const FASHION_MNIST_FILES: IdxPublished = {
  name: 'fashion-mnist',
  about: 'pieces of clothing, 28×28 grey, 10 classes, 60,000 + 10,000',
  // The authors' bucket speaks no HTTPS; the SHA-256 makes up for it.
  mirrors: [
    'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
    'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
  ],
  files: [
    {
      name: 'train-images-idx3-ubyte.gz',
      bytes: 26421880,
      sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
    },
    {
      name: 'train-labels-idx1-ubyte.gz',
      bytes: 29515,
      sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
    },
    {
      name: 't10k-images-idx3-ubyte.gz',
      bytes: 4422102,
      sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
    },
    {
      name: 't10k-labels-idx1-ubyte.gz',
      bytes: 5148,
      sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
    },
  ],
  alternatives: UNPACKED,
  classes: ['t-shirt', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'ankle boot'],
  trainCount: 60000,
  testCount: 10000,
};

export const fashionMnist = idxPublished(FASHION_MNIST_FILES);
