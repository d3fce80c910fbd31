import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { projectFolder } from '../../project-folder.ts';

/** The folder of the backend's .wasm files. The build copies them; without a build they are where npm put them. */
export function binariesFolder(): string {
  const built = join(projectFolder(), 'dist', 'wasm');
  return existsSync(built) ? built : dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
}
