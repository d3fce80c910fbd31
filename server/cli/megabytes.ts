/** A number of bytes in words; small ones with as many digits as they need to be seen. */
export function toMegabytes(bytes: number): string {
  const megabytes = bytes / 1e6;
  return `${megabytes < 10 ? Number(megabytes.toPrecision(2)) : Math.round(megabytes).toLocaleString('en-US')} MB`;
}
