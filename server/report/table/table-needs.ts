import type { TableOptions } from './table.ts';

/**
 * The curves to load before a table is built: its metrics, and the validation cross-entropy, by whose bits arms that
 * never separated in ε are told from arms whose accuracies happen to tie. Confusion matrices are needed besides.
 *
 * @param own the sweep's own metric
 */
export function metricsOfTable(own: string, options: TableOptions): string[] {
  const shown = options.metrics?.length ? options.metrics : [own];
  return [...new Set([...shown, 'val/crossEntropy'])].filter((name) => name !== 'pairs/worst5');
}
