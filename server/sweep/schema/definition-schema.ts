import { z } from 'zod';
import { lossSchema } from './loss-schema.ts';
import { parameterSchema } from './parameter-schema.ts';
import { splitFromSchema } from './split-from-schema.ts';
import { ownMetricSchema } from './own-metric.ts';
import { above, oneOf, strict, text, whole } from './schema-parts.ts';
import { seedsSchema } from './seeds-schema.ts';
import { trainingSchema } from './training-schema.ts';

const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()], 'a finite number, text, true, false or null');
const assignment = z.record(z.string(), scalar, 'an object of parameters and values');

/** The five numbers by name, so that editors offer them; every other key is judged by `problemsOfParameters`. */
const parametersSchema = z
  .object(
    {
      alpha: parameterSchema.optional().describe('Weight α of the inter-class term (AM-Softmax). Required.'),
      beta: parameterSchema
        .optional()
        .describe('Weight β of the truncated intra-class term from batch N on. Required.'),
      gamma: parameterSchema.optional().describe('Weight γ of the cross-entropy; 1 by default.'),
      epsilon: parameterSchema
        .optional()
        .describe('Tolerance ε of the truncation: the term is live where its value is above ε. Required.'),
      N: parameterSchema
        .optional()
        .describe('The switch: first batch with the intra-class term, in batches or as `unit` says. Required.'),
    },
    'an object of parameters',
  )
  .catchall(parameterSchema);

const runCap = whole(1)
  .optional()
  .describe('Random search: how many distinct arms to draw that pass all constraints, before ablations.');

const ablationSchema = strict({
  name: text('a name'),
  set: assignment.describe('Settings of the loss or of training that this ablation changes.'),
});

/**
 * The shape of a definition. Rules about several keys at once (which names are parameters, whether a range has a count,
 * which parameters a constraint names) are checked by `parseDefinition`.
 */
export const definitionShape = strict({
  $schema: z.string('the address of the JSON schema').optional(),
  name: text('a name'),
  description: z.string('text').default('').describe('The question that the sweep answers.'),
  method: oneOf(['grid', 'random'])
    .optional()
    .describe(
      'All combinations, or `runCap` of them drawn at random; if left out `random` beside a runCap, else `grid`.',
    ),
  metric: strict({
    name: text('the name of a metric'),
    goal: oneOf(['maximize', 'minimize']).optional(),
  })
    .prefault({ name: 'val/accuracy' })
    .describe('What tables and the dashboard compare; val/accuracy by default.'),
  metrics: z
    .record(z.string(), ownMetricSchema, 'an object of metrics and their goals')
    .default({})
    .describe("Metrics besides Cosweep's own: which direction is better, and the unit."),
  smallestEffect: above(0)
    .optional()
    .describe('The smallest change of the metric that matters, in its unit; of accuracies in points.'),
  parameters: parametersSchema.describe(
    'alpha, beta, gamma (1 by default), epsilon, N, Greek letters too, and dotted keys of `loss` and `training`.',
  ),
  constraints: z
    .array(text('a comparison, "gamma > alpha > beta"'), 'a list of comparisons')
    .default([])
    .describe('Chained comparisons of linear expressions; gamma > alpha > beta is always in force.'),
  include: z
    .array(assignment, 'a list of objects')
    .default([])
    .describe('Further points; each assigns every parameter that has no single value.'),
  exclude: z
    .array(assignment, 'a list of objects')
    .default([])
    .describe('Partial assignments; points that match one are dropped.'),
  seeds: seedsSchema.default(1).describe('Seeds, or how many of them (0, 1, …).'),
  ablations: z
    .array(
      z.union([z.string(), ablationSchema], 'the name of an ablation, or {"name": "…", "set": {…}}'),
      'a list of ablations',
    )
    .default(['noIntra'])
    .describe('noIntra, crossEntropyOnly, interOnly, noWarmup, noTruncation, or own ones.'),
  control: assignment
    .optional()
    .describe('Of a program without beta: what those arms have that the others are compared with.'),
  runCap,
  run_cap: runCap,
  samplerSeed: whole(0).optional().describe('Random search: another seed draws other arms; 0 by default.'),
  splitFrom: splitFromSchema.optional().describe('Written by `cosweep split`: of which definition this one is a part.'),
  loss: lossSchema.prefault({}),
  training: trainingSchema,
});
