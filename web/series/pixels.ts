/**
 * What a canvas draws of bytes in base64.
 *
 * @param channels 1: grey; 3: red, green and blue
 */
export function toPixels(base64: string, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const count = bytes.length / channels;
  const rgba = new Uint8ClampedArray(4 * count);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++)
      rgba[4 * i + channel] = bytes[i * channels + (channels === 3 ? channel : 0)]!;
    rgba[4 * i + 3] = 255;
  }
  return rgba;
}
