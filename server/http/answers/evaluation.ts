import { confusedPairs } from '../../sweep/confused-pairs.ts';
import { unpackAxis, type PackedAxis, type WideAxis } from '../../store/database/packed-axis.ts';
import { unpackLabels, type PackedLabels } from '../../store/database/packed-labels.ts';
import { readArtefact } from '../../store/reading/read-artefact.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { ConfusedClasses, ConfusionMatrix, EvaluatedPart, FeatureProjection } from '../schemas/evaluation.ts';

interface Which {
  /** The batch of the evaluation; default: the last one that has what is asked for. */
  batch?: number | undefined;
  part?: EvaluatedPart | undefined;
}

export function readConfusion(storage: Storage, runId: number, { batch, part = 'val' }: Which): ConfusionMatrix | null {
  const found = readArtefact(storage, runId, nameOf(part, 'confusion'), batch);
  return found && { batch: found.batch, counts: found.value as number[][] };
}

/** What is stored at the end of a run. Until version 0.2 the pixels themselves were. */
interface StoredImages extends Pick<ConfusedClasses, 'shape'> {
  pairs: (Omit<ConfusedClasses['pairs'][number], 'images'> & { images: StoredImage[] })[];
}

type StoredImage = { index: number; picture: number } | { index: number; pixels: string };

/** Elsewhere than at the end of a run the pairs have no images. */
export function readConfused(storage: Storage, runId: number, { batch, part = 'val' }: Which): ConfusedClasses | null {
  const confusion = readConfusion(storage, runId, { batch, part });
  if (confusion === null) return null;
  const found = readArtefact(storage, runId, nameOf(part, 'confused'), confusion.batch);
  const { shape, pairs }: StoredImages = (found?.value as StoredImages | undefined) ?? {
    shape: null,
    pairs: confusedPairs(confusion.counts).map((pair) => ({ ...pair, images: [] })),
  };
  const withPixels = (image: StoredImage): { index: number; pixels: string } =>
    'pixels' in image
      ? image
      : { index: image.index, pixels: Buffer.from(found!.pictures![image.picture]!).toString('base64') };
  return {
    batch: confusion.batch,
    part,
    shape,
    pairs: pairs.map(({ images, ...pair }) => ({ ...pair, images: images.map(withPixels) })),
  };
}

export function readProjection(storage: Storage, runId: number, batch?: number): FeatureProjection | null {
  const found = readArtefact(storage, runId, 'projection', batch);
  if (!found) return null;
  const stored = found.value as { x: StoredAxis; y: StoredAxis; labels: PackedLabels };
  const [x, y] = [toCoordinates(stored.x), toCoordinates(stored.y)];
  return { batch: found.batch, x, y, labels: unpackLabels(stored.labels, x.length) };
}

/** Until version 0.2 the numbers themselves were stored. */
type StoredAxis = PackedAxis | WideAxis | (number | null)[];

function toCoordinates(axis: StoredAxis): (number | null)[] {
  return Array.isArray(axis) ? axis : unpackAxis(axis);
}

function nameOf(part: EvaluatedPart, what: string): string {
  return part === 'val' ? what : `${part}/${what}`;
}
