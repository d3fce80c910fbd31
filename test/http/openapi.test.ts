import { expect, test } from 'vitest';
import { describeApi } from '../../server/http/openapi.ts';
import { routes } from '../../server/http/routes.ts';

interface Described {
  description?: string;
}
interface Operation extends Described {
  summary: string;
  parameters?: (Described & { name: string })[];
  requestBody?: unknown;
}
interface Api {
  components: { schemas: Record<string, Described> };
  paths: Record<string, Record<string, Operation>>;
}

const api = JSON.parse(JSON.stringify(describeApi(routes, '/api'))) as Api;
const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ where: `${method} ${path}`, operation })),
);

/** Properties at any depth, by their path in the document. */
function properties(node: unknown, path: string): [string, Described][] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, inner]) => [
    ...(key === 'properties' ? Object.entries(inner).map(([name, each]) => found(`${path}.${name}`, each)) : []),
    ...properties(inner, key === 'properties' ? path : `${path}.${key}`),
  ]);
}
const found = (path: string, property: unknown): [string, Described] => [path, property as Described];
const unsaid = (all: [string, Described][]): string[] =>
  all.filter(([, { description }]) => !description).map(([path]) => path);

test('every shape says what it is, and every field of it', () => {
  const shapes = Object.entries(api.components.schemas);
  expect(unsaid(shapes)).toEqual([]);
  const fields = shapes.flatMap(([id, shape]) => properties(shape, id));
  expect(fields.length).toBeGreaterThan(250); // were the walk wrong, there would be none
  expect(fields.map(([path]) => path)).toContain('RunDetail.durations.training');
  expect(unsaid(fields)).toEqual([]);
});

test('every endpoint, every parameter and every field of a request says what it is', () => {
  for (const { where, operation } of operations) {
    expect(operation.summary, where).toMatch(/\w/);
    expect(unsaid((operation.parameters ?? []).map((each) => [`${where} ${each.name}`, each]))).toEqual([]);
    expect(unsaid(properties(operation.requestBody, where))).toEqual([]);
  }
  const start = operations.find(({ where }) => where === 'post /sweeps')!.operation.requestBody;
  expect(properties(start, '').map(([path]) => path.split('.').at(-1))).toEqual([
    'definition',
    'baseFolder',
    'engine',
    'probe',
    'keepWeights',
  ]);
});

test('whatever is referred to is there', () => {
  const referred = [...JSON.stringify(api).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target!);
  expect(referred.length).toBeGreaterThan(50);
  const known = Object.keys(api.components.schemas).map((id) => `#/components/schemas/${id}`);
  expect(referred.filter((target) => !known.includes(target))).toEqual([]);
});
