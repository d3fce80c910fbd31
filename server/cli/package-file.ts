import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../training/project-folder.ts';

/** Cosweep's own package.json. */
export function packageFile(): { version: string } {
  return JSON.parse(readFileSync(join(projectFolder(), 'package.json'), 'utf8')) as { version: string };
}
