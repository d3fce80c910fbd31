import { createRequire } from 'node:module';

/**
 * tfjs-node 4.22 calls functions of `node:util` that Node 22 warns of and Node 23 has removed. Puts the same functions,
 * without the warning, in their place. Must run before tfjs-node is loaded.
 */
export function provideRemovedFunctions(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util.isArray = Array.isArray;
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
}
