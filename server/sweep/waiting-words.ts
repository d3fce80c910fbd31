/**
 * What seeds wait for, and what can be done about it.
 *
 * @param bits the name of the class of bits that they belong to; null where that is not known
 * @param signatures of what is trained of them, each as far as it is shown; null where they are not looked up
 */
export function waitingWords(
  seeds: readonly number[],
  bits: string | null,
  signatures: readonly string[] | null = null,
): string {
  const what = ofWhat(bits, signatures, seeds.length === 1 ? 'it was' : 'they were');
  if (seeds.length === 1) return `seed ${seeds[0]} waits for a machine ${what}; with --move-seeds it is trained anew`;
  return `seeds ${seeds.join(', ')} wait for a machine ${what}; with --move-seeds they are trained anew`;
}

function ofWhat(bits: string | null, signatures: readonly string[] | null, theyWere: string): string {
  if (bits !== null) return `of the class ${bits}`;
  if (signatures === null) return `with the bits that ${theyWere} begun with`;
  if (signatures.length > 0) return `with the bits ${signatures.join(' and ')}`;
  return `with the device and the libraries that ${theyWere} begun with`;
}
