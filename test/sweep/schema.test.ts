import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { definitionSchema, sweepSchemaText } from '../../server/sweep/schema/sweep-schema.ts';

const file = new URL('../../sweeps/sweep.schema.json', import.meta.url);

it('sweeps/sweep.schema.json is what the validator says', () => {
  expect(readFileSync(file, 'utf8'), 'sweeps/sweep.schema.json lags behind: `npm run schema` writes it').toBe(
    sweepSchemaText(),
  );
});

it('the schema has what an editor completes', () => {
  const schema = definitionSchema() as {
    required: string[];
    properties: Record<string, { properties?: Record<string, object>; description?: string }>;
  };
  expect(schema.required.sort()).toEqual(['name', 'parameters', 'training']);
  expect(schema.properties.loss!.properties!.truncation).toMatchObject({
    enum: ['batch', 'sample', 'class', 'none'],
    default: 'batch',
  });
  expect(schema.properties.parameters!.properties).toHaveProperty('alpha');
  expect(schema.properties.parameters!.properties!.N).toBeDefined();
});
