import { existsSync, readdirSync } from 'node:fs';

/** Where Chromium's packages put the description of SwiftShader, a Vulkan driver that computes on the processor. */
const SWIFTSHADER = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'].map((folder) => `${folder}/vk_swiftshader_icd.json`);

/** The environment in which the webgpu engine works on a machine without a GPU; empty where there is one, or nothing to replace it. */
export function softwareGpu(): Record<string, string> {
  const driver = SWIFTSHADER.find((file) => existsSync(file));
  return process.platform !== 'linux' || process.env.VK_ICD_FILENAMES || hasGpu() || !driver ? {} : { VK_ICD_FILENAMES: driver };
}

function hasGpu(): boolean {
  const renders = existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  return renders || existsSync('/dev/nvidia0') || existsSync('/dev/dxg');
}
