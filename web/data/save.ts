/** Offers a file to be saved. */
export function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name.replace(/[^\p{L}\p{N}._-]+/gu, '-');
  link.click();
  // The address may go only after the download has begun.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
