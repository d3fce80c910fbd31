import { readDefinition } from '../../server/sweep/definition/parse-definition.ts';
import type { LimitCase } from './limit-case.ts';

export const definitionLimits: LimitCase[] = [
  { what: 'definition: levels of brackets', error: () => messageOf(() => readDefinition('['.repeat(65), 'test')) },
];

function messageOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
}
