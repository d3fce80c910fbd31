/** Compares versions part by part ("2.9.1" is older than "2.10"), as far as `than` goes. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const at = right.findIndex((part, i) => (left[i] ?? 0) !== part);
  return at >= 0 && (left[at] ?? 0) < right[at]!;
}
