import type { ConfusedClasses } from '../../server/http/schemas/evaluation.ts';
import { formatAmount } from '../format/number.ts';
import { toClassName } from '../series/confusion.ts';
import { SampleImage } from './sample-image.tsx';

interface ConfusedPairsProps {
  confused: ConfusedClasses;
  classes: string[] | null;
}

/** Which classes were taken for which most often, and what some of these images look like. */
export function ConfusedPairs({ confused: { part, shape, pairs }, classes }: ConfusedPairsProps) {
  if (pairs.length === 0) return <p class="small quiet">No image was taken for another class.</p>;
  const of = part === 'test' ? 'test image' : 'validation image';
  return (
    <>
      <h4>Most confused pairs</h4>
      <ol class="confused small">
        {pairs.map(({ actual, predicted, count, images }) => {
          const names = `${toClassName(actual, classes)} → ${toClassName(predicted, classes)}`;
          return (
            <li key={`${actual}/${predicted}`}>
              {names} <span class="quiet">({formatAmount(count, 'image')})</span>
              {shape !== null && images.length > 0 && (
                <div class="samples">
                  {images.map(({ index, pixels }) => (
                    <SampleImage key={index} shape={shape} pixels={pixels} alt={`${of} ${index}: ${names}`} />
                  ))}
                </div>
              )}
            </li>
          );
        })}
      </ol>
      <p class="small quiet">
        True class → predicted class.{' '}
        {shape === null ? 'Images are kept at the end of a run.' : 'The first images of each pair are shown.'}
      </p>
    </>
  );
}
