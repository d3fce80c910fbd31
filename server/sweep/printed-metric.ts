/** Which part of the data the beginning of a printed name means. */
const PARTS = { val: 'val', valid: 'val', validation: 'val', test: 'test', train: 'train' } as const;

/**
 * The metric that a printed name is: `val_acc` is `val/acc`, and a name without such a beginning is one of training.
 *
 * @param names names as they are printed → names of metrics, for all that is otherwise
 */
export function printedMetric(name: string, names: Readonly<Record<string, string>>): string {
  if (Object.hasOwn(names, name)) return names[name]!;
  const [, part, rest] = /^(val|valid|validation|test|train)[_/.-](.+)$/i.exec(name) ?? [];
  if (part === undefined || rest === undefined) return `train/${name}`;
  return `${PARTS[part.toLowerCase() as keyof typeof PARTS]}/${rest}`;
}
