import { cudaCards } from './cuda.ts';
import { linkedBuild } from './link.ts';
import { tfjsNodeFolder } from './package.ts';

/** Whether the library that is set up is built for CUDA, and a card is there. */
export function usesCuda(): boolean {
  const folder = tfjsNodeFolder();
  return folder !== null && linkedBuild(folder)?.variant === 'cuda' && cudaCards().length > 0;
}
