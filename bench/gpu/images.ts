import { join } from 'node:path';
import { findImages, VALIDATION, type Images } from '../sharing/definition.ts';

/** MNIST's files, and how many of their images are held out. */
export interface SplitImages extends Images {
  validation: number;
}

/** MNIST's test part where it is found; else the 400 images of it that the tests have. */
export function findOrCut(data: string | undefined, project: string): SplitImages {
  const found = findImages(data);
  if (found) return { ...found, validation: VALIDATION };
  const cut = (part: string) =>
    join(project, 'dist', 'bench', 'suite', 'test', 'fixtures', 'mnist-cut', `${part}-ubyte.gz`);
  return { images: cut('images-idx3'), labels: cut('labels-idx1'), validation: 80 };
}
