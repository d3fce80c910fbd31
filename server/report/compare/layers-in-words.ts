import type { Arm, ParamValue } from '../../sweep/arm.ts';
import { differencesOfLayers, layerInWords } from '../../sweep/layer-differences.ts';
import type { Layer } from '../../sweep/layers.ts';
import type { SweepResults } from '../../sweep/results.ts';
import { isOthers } from '../../sweep/settings.ts';

/** The setting that holds the layers of a network. */
export const LAYERS = 'training.model.layers';
const MOST_LAYERS = 4;

/** Of the first sweep with a network of layers how many it has, and of the others in which they differ from it. */
export function layersInWords(all: readonly SweepResults[], values: readonly ParamValue[]): ParamValue[] {
  const lists = all.map(({ arms }) => layersOf(arms[0]!));
  const first = lists.find((list) => list !== null) ?? null;
  return lists.map((list, k) => {
    if (first === null || list === null) return values[k]!;
    const differing = differencesOfLayers(first, list);
    const named = differing
      .slice(0, MOST_LAYERS)
      .map(({ place, layers: [one, other] }) => `layers${place} ${layerInWords(other)} for ${layerInWords(one)}`);
    const more = differing.length - named.length;
    if (named.length === 0) return `${list.length} layers`;
    return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  });
}

function layersOf({ training }: Arm): readonly Layer[] | null {
  if (isOthers(training) || training.model.name !== undefined) return null;
  return training.model.layers;
}
