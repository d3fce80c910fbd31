import { fetchPackage } from '../fetch-package.ts';
import { packageFolder } from '../packages.ts';

export const TFJS_NODE = '@tensorflow/tfjs-node';

/**
 * What tfjs-node requires of TensorFlow.js. It gets the one that this program computes with, see `load-package.ts`; the
 * union package would be 300 MB that nothing loads.
 */
export const HANDED_OVER = ['@tensorflow/tfjs', '@tensorflow/tfjs-core'] as const;

/**
 * The N-API version that tfjs-node's addon is built for. N-API is the same binary interface in every Node, so one build
 * serves all.
 */
export const ADDON_API = 8;

/** Where tfjs-node is; null where it is not: npm leaves an optional package out that it could not install. */
export function tfjsNodeFolder(): string | null {
  return packageFolder(TFJS_NODE);
}

export function fetchTfjsNode(log: (line: string) => void): Promise<string> {
  return fetchPackage(TFJS_NODE, { standIns: HANDED_OVER, log });
}
