import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** True where the PATH has this program. */
export function hasProgram(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, name)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
