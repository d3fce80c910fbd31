import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';

export const modelCommand: CliCommand = {
  define(program, run) {
    const model = program.command('model').description('brings networks from elsewhere');
    model
      .command('import')
      .description('translates a Keras or TensorFlow.js layers model into `layers` of a definition')
      .argument('<file>', 'the model as JSON: model.to_json() of Keras, or the model.json of TensorFlow.js')
      .option('--out <file>', 'where the layers go; without it to stdout')
      .option('--weights <file>', 'also writes the weights beside a model.json, as safetensors')
      .action(run(importing));
  },
};

async function importing(
  { output, json }: Session,
  file: string,
  { out, weights: weightsFile }: { out?: string; weights?: string },
): Promise<void> {
  const { importModel } = await import('../import-model.ts');
  const { writeNew } = await import('../write-new.ts');
  const { layers, notes, weights } = await importModel(file, weightsFile !== undefined);
  const text = layersText(layers);
  writeNew([
    ...(out === undefined ? [] : [{ file: out, content: `${text}\n`, what: 'the layers' }]),
    ...(weights ? [{ file: weightsFile!, content: weights, what: 'the weights' }] : []),
  ]);
  for (const note of notes) output.say(note);
  if (json) output.json({ layers, notes });
  else output.data(out === undefined ? text : `${out}: ${layers.length} layers`);
}

/** A layer on each line. */
function layersText(layers: readonly unknown[]): string {
  return `{\n  "layers": [\n${layers.map((layer) => `    ${JSON.stringify(layer)}`).join(',\n')}\n  ]\n}`;
}
