import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

/** The name of SwiftShader's device, and one that is as long. */
const [NAME, OTHER_NAME] = ['SwiftShader Device', 'Second Test Device'];

/**
 * The environment in which this machine has two GPUs, both SwiftShader, whatever GPUs it has otherwise; null where
 * there is no SwiftShader.
 *
 * @param named `alike`: both have one name, as two cards of one model do
 */
export function twoSoftwareGpus(folder: string, named: 'alike' | 'apart'): { VK_ICD_FILENAMES: string } | null {
  const driver = SWIFTSHADER.find((file) => existsSync(file));
  if (!driver) return null;
  const icd = JSON.parse(readFileSync(driver, 'utf8')) as { ICD: { library_path: string } };
  const library = readFileSync(join(dirname(driver), icd.ICD.library_path));
  // The loader takes a file once: the second GPU is a copy.
  const [copy, second] = [join(folder, `libvk_${named}.so`), join(folder, `${named}_icd.json`)];
  if (named === 'apart') {
    const at = library.indexOf(NAME);
    if (at === -1) throw new Error(`Found no "${NAME}" in the driver of ${driver}`);
    library.write(OTHER_NAME, at, 'latin1');
  }
  writeFileSync(copy, library);
  writeFileSync(second, JSON.stringify({ ...icd, ICD: { ...icd.ICD, library_path: copy } }));
  return { VK_ICD_FILENAMES: `${driver}:${second}` };
}
