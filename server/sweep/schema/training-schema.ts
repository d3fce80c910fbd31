import { z } from 'zod';
import { MODEL_NAMES } from '../settings.ts';
import { datasetSchema } from './dataset-schema.ts';
import { layersSchema } from './layer-schema.ts';
import { above, aboveUpTo, atLeast, flag, halfOpen, oneOf, strict, text, whole } from './schema-parts.ts';

const GROUPS = 'a list of layers or groups of them, ["stage1"]';
const groups = z.array(text('the name of a layer or of a group'), GROUPS).max(1000, 'at most 1000 names').optional();

export const modelSchema = strict({
  name: oneOf(MODEL_NAMES).optional().describe('A network that is known by its name; this or `layers`.'),
  layers: layersSchema.optional().describe('A network of your own, layer by layer; this or `name`.'),
  embedding: whole(1).default(64).describe('Width of the embedding, the input of the last linear layer.'),
  dropout: halfOpen(0, 1).default(0).describe('Share of activations dropped before the embedding.'),
  weights: text('a file of safetensors')
    .nullable()
    .optional()
    .describe('Weights to start from, by name: a file of safetensors, relative to the definition.'),
  fresh: groups.describe('Layers or groups that are drawn although there is such a file.'),
  freeze: groups.describe('Layers or groups that are not trained.'),
});

export const optimizerSchema = strict({
  name: oneOf(['sgd', 'momentum', 'adam', 'adamw']).default('momentum'),
  learningRate: above(0).optional().describe('Default 0.01; 0.001 for adam and adamw.'),
  momentum: halfOpen(0, 1).default(0.9),
  nesterov: flag().default(false),
  beta1: halfOpen(0, 1).default(0.9),
  beta2: halfOpen(0, 1).default(0.999),
  epsilon: above(0).default(1e-8),
  weightDecay: atLeast(0).default(0),
  schedule: oneOf(['constant', 'step', 'cosine']).default('cosine'),
  warmup: whole(0).default(20).describe('Batches in which the learning rate rises from 0.'),
  steps: z
    .array(whole(1), 'a list of batches')
    .default([])
    .describe('Batches at which the schedule `step` multiplies the learning rate by `decay`.'),
  decay: aboveUpTo(0, 1).default(0.1),
  clipNorm: above(0).nullable().default(null).describe('Largest norm of the whole gradient.'),
});

/** `training` of a definition: what is trained, on what, and how. */
export const trainingSchema = strict({
  dataset: datasetSchema,
  model: modelSchema,
  optimizer: optimizerSchema.prefault({}),
  batchSize: whole(1).default(64),
  batches: whole(1).optional().describe('Optimiser steps of a run; this or `epochs`.'),
  epochs: atLeast(1).optional().describe('Passes over the training part; this or `batches`.'),
  evalEvery: whole(1).optional().describe('Optimiser steps between evaluations; one epoch by default.'),
});

export type TrainingOutput = z.output<typeof trainingSchema>;
