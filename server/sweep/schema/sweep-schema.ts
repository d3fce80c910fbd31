import { z } from 'zod';
import { definitionShape } from './definition-schema.ts';

/** The JSON schema of a definition, made from the validator: editors complete and check by it. */
export function definitionSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(definitionShape, { io: 'input', target: 'draft-7' });
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
