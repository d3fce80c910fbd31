import { z } from 'zod';
import { definitionShape } from './definition-schema.ts';
import { programTrainingSchema } from './program-schema.ts';
import { trainingSchema } from './training-schema.ts';

/** The JSON schema of a definition, made from the validator: editors complete and check by it. */
export function definitionSchema(): Record<string, unknown> {
  const either = definitionShape.extend({ training: z.union([trainingSchema, programTrainingSchema]) });
  const { $schema, ...schema } = z.toJSONSchema(either, { io: 'input', target: 'draft-7' });
  return {
    $schema,
    title: 'Cosweep sweep definition',
    description: 'Sweeps the hyperparameters of the combined cosine-space loss under gamma > alpha > beta.',
    ...schema,
  };
}

/** As it stands in `sweeps/sweep.schema.json`. */
export function sweepSchemaText(): string {
  return `${JSON.stringify(definitionSchema(), null, 2)}\n`;
}
