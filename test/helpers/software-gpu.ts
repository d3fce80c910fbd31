import { existsSync } from 'node:fs';
import { hasGpu } from '../../server/training/engines/webgpu/has-gpu.ts';

/** Where Chromium's packages put the description of SwiftShader, a Vulkan driver that computes on the processor. */
const SWIFTSHADER = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].map(
  (folder) => `${folder}/vk_swiftshader_icd.json`,
);

/**
 * The environment in which the webgpu engine works on a machine without a GPU. It is empty where the machine has a GPU,
 * where VK_ICD_FILENAMES is set already, or where SwiftShader is missing.
 */
export function softwareGpu(): Record<string, string> {
  const driver = SWIFTSHADER.find((file) => existsSync(file));
  return hasGpu() || process.env.VK_ICD_FILENAMES || !driver ? {} : { VK_ICD_FILENAMES: driver };
}
