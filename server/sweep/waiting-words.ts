/**
 * What a seed waits for, and what can be done about it.
 *
 * @param bits the name of the class of bits that it belongs to; null where that is not known
 * @param signatures of what is trained of it, each as far as it is shown
 */
export function waitingWords(seed: number, bits: string | null, signatures: readonly string[]): string {
  return `seed ${seed} waits for a machine ${ofWhat(bits, signatures)}; with --move-seeds it is trained anew`;
}

function ofWhat(bits: string | null, signatures: readonly string[]): string {
  if (bits !== null) return `of the class ${bits}`;
  if (signatures.length > 0) return `with the bits ${signatures.join(' and ')}`;
  return 'with the device and the libraries that it was begun with';
}
