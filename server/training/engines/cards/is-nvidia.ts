/** What the names of NVIDIA's cards have in them, in WebGPU's words or in those of the engine tensorflow. */
const NVIDIA = /nvidia|geforce|quadro|tesla|\brtx\b|\bCUDA$/i;

/** @param device as the engine names it */
export function isNvidia(device: string): boolean {
  return !device.startsWith('CPU') && NVIDIA.test(device);
}
