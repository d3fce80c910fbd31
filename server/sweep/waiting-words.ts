/** Why a seed waits, and what can be done about it. */
export function waitingWords(
  seed: number,
  { bits, signatures }: { bits: string | null; signatures: readonly string[] },
): string {
  return `seed ${seed} waits for a machine ${ofWhat(bits, signatures)}; with --move-seeds it is trained anew`;
}

function ofWhat(bits: string | null, signatures: readonly string[]): string {
  if (bits !== null) return `of the class ${bits}`;
  if (signatures.length > 0) return `with the bits ${signatures.join(' and ')}`;
  return 'with the device and the libraries that it was begun with';
}
