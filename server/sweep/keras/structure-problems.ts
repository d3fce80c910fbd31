import type { Problem } from '../problem.ts';
import type { KerasLayer, Topology } from './read-topology.ts';

/** What keeps layers from being one way from an input to an output, whatever each of them is. */
export function structureProblems({ layers, outputs }: Pick<Topology, 'layers' | 'outputs'>): Problem[] {
  return [
    ...layers.flatMap((layer) => layer.mistakes.map((mistake) => problemOf(layer, mistake))),
    ...nameProblems(layers),
    ...outputProblems(layers, outputs),
  ];
}

function nameProblems(layers: readonly KerasLayer[]): Problem[] {
  const names = new Set<string>();
  return layers.flatMap((layer) => {
    if (names.has(layer.name)) return [problemOf(layer, 'found a second layer of this name, wanted another name')];
    names.add(layer.name);
    return [];
  });
}

function outputProblems(layers: readonly KerasLayer[], outputs: Topology['outputs']): Problem[] {
  const taken = new Set(layers.flatMap(({ inputs }) => inputs));
  const ends = layers.filter(({ name }) => !taken.has(name));
  const [first = ends.at(-1)?.name, ...more] = outputs ?? [];
  const output = layers.find(({ name }) => name === first);
  if (first !== undefined && !output)
    return [{ path: 'output_layers', message: `found ${JSON.stringify(first)}, wanted a layer of the model` }];
  if (more.length > 0) return more.map((name) => ({ path: name, message: 'found a second output, wanted one' }));
  if (output && taken.has(output.name))
    return [problemOf(output, 'found the output here and layers that follow, wanted the output at the end')];
  return ends
    .filter((end) => end !== output)
    .map((end) => problemOf(end, 'found a second end, wanted one way from the input to the output'));
}

function problemOf({ name, className }: KerasLayer, message: string): Problem {
  return { path: `${name} (${className})`, message };
}
