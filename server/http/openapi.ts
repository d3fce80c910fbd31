import * as z from 'zod';
import type { Route } from './route.ts';

/** The API's description (OpenAPI 3.1), made from the routes themselves. */
export function describeApi(routes: readonly Route[], server: string): object {
  const paths: Record<string, Record<string, object>> = {
    '/events': { get: eventsOperation },
  };
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cosweep',
      version: '1',
      description: 'Sweeps, runs, curves, pairs and ablation tables. Types of all answers: server/http/api.ts.',
    },
    servers: [{ url: server }],
    components: { schemas: { ErrorResponse: errorSchema }, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{}, { token: [] }],
    paths,
  };
}

const errorSchema = z.toJSONSchema(
  z.object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    }),
  }),
);

const eventsOperation = {
  summary: 'What changes, as server-sent events',
  responses: { 200: { description: 'ServerEvent as JSON in every data line', content: { 'text/event-stream': { schema: { type: 'string' } } } } },
};

function operation(route: Route): object {
  const media = route.answer.media ?? ['application/json'];
  return {
    summary: route.summary,
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body === null ? {} : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(route.body) } } } }),
    responses: {
      [route.answer.status]: {
        description: route.answer.type,
        content: Object.fromEntries(media.map((type) => [type, { schema: type === 'application/json' ? { type: 'object', title: route.answer.type } : { type: 'string' } }])),
      },
      default: { description: 'ErrorResponse', content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorResponse' } } } },
    },
  };
}

function parameters(schema: z.ZodObject, place: 'path' | 'query'): object[] {
  const described = jsonSchema(schema) as { properties?: Record<string, { description?: string }>; required?: string[] };
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
