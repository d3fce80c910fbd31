import { lossSchema } from '../schema/loss-schema.ts';
import { LOSS_PARAMETERS } from '../parameter-names.ts';
import { modelSchema, optimizerSchema, trainingSchema } from '../schema/training-schema.ts';
import { toSuggestion } from '../suggest.ts';

/** Settings that a misspelt parameter may have meant. */
const SETTING_NAMES: readonly string[] = [
  ...Object.keys(lossSchema.shape).map((key) => `loss.${key}`),
  ...Object.keys(modelSchema.shape).map((key) => `training.model.${key}`),
  ...Object.keys(optimizerSchema.shape).map((key) => `training.optimizer.${key}`),
  ...Object.keys(trainingSchema.shape).map((key) => `training.${key}`),
  'training.dataset.limit',
  'training.dataset.validation',
  'training.dataset.splitSeed',
];

/** ` — did you mean …?` for the name of a parameter; a setting may be written without its dots (`learningRate`). */
export function toNameSuggestion(name: string): string {
  const last = name.split('.').at(-1)!.toLowerCase();
  const dotted = LOSS_PARAMETERS.some((known) => known.toLowerCase() === last)
    ? undefined
    : SETTING_NAMES.find((known) => known.split('.').at(-1)!.toLowerCase() === last);
  return dotted === undefined
    ? toSuggestion(name, [...LOSS_PARAMETERS, ...SETTING_NAMES])
    : ` — did you mean ${JSON.stringify(dotted)}?`;
}
