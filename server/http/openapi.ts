import * as z from 'zod';
import type { Route } from './route.ts';
import { errorResponse } from './schemas/error.ts';
import { serverEvent } from './schemas/event.ts';
import { shapes } from './schemas/registry.ts';

const refer = (id: string): string => `#/components/schemas/${id}`;

/** The API's description (OpenAPI 3.1), made from the routes themselves. */
export function describeApi(routes: readonly Route[], server: string): object {
  const paths: Record<string, Record<string, object>> = { '/events': { get: eventsOperation } };
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cosweep',
      version: '1',
      description:
        'Sweeps, runs, curves, pairs and ablation tables. Every body is JSON; a number that is missing or ' +
        'not finite is null. Times are ISO 8601 in UTC. Ids are s3 (a sweep) and r41 (a run); ' +
        'paths take ids only.',
    },
    servers: [{ url: server }],
    components: {
      schemas: namedShapes(),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{}, { token: [] }],
    paths,
  };
}

/** The JSON schemas of all shapes, by name. An address of its own (`$id`) would be wrong inside this document. */
function namedShapes(): Record<string, object> {
  const { schemas } = z.toJSONSchema(shapes, { uri: refer, unrepresentable: 'any' });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $id: _, $schema: __, ...schema }]) => [id, schema]));
}

const errors = {
  default: {
    description: 'what went wrong',
    content: { 'application/json': { schema: reference(errorResponse) } },
  },
};

const eventsOperation = {
  summary: 'What changes, as server-sent events',
  description: `Every data line is one ${shapes.get(serverEvent)!.id} as JSON.`,
  responses: {
    200: { description: 'an endless stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    ...errors,
  },
};

function operation(route: Route): object {
  const { status, shape, media = ['application/json'] } = route.answer;
  const content = media.map((type) => [
    type,
    { schema: type === 'application/json' ? reference(shape) : { type: 'string' } },
  ]);
  return {
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body === null
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(route.body) } } } }),
    responses: {
      [status]: { description: shape.description ?? route.summary, content: Object.fromEntries(content) },
      ...errors,
    },
  };
}

/** Refers to a shape by its name; refers to a union without a name by the names of its parts. */
function reference(shape: z.ZodType): object {
  const id = shapes.get(shape)?.id;
  if (id !== undefined) return { $ref: refer(id) };
  return { anyOf: (shape as z.ZodUnion<z.ZodType[]>).options.map(reference) };
}

function parameters(schema: z.ZodObject, place: 'path' | 'query'): object[] {
  const described = jsonSchema(schema) as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(described.properties ?? {}).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || (described.required ?? []).includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function jsonSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
