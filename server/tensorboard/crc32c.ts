/** CRC-32C (Castagnoli, RFC 3720): the checksum of TFRecord files. Node's own zlib.crc32 has another polynomial. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

/** The polynomial 0x1edc6f41 with its bits reversed, since the lowest bit comes first. */
const POLYNOMIAL = 0x82f63b78;

/** What each value of a byte does to the remainder. */
const TABLE = Uint32Array.from({ length: 256 }, (_, value) => {
  let remainder = value;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
  return remainder;
});
