import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { explainFileError } from '../../sweep/file-error.ts';
import type { ProgramSettings } from '../../sweep/settings.ts';

/**
 * The fingerprint of what a program trains on: of the contents of its `data` files in their order, wherever they are,
 * or of its `dataVersion`. The program alone knows whether they say all of its data.
 *
 * @param folder where relative paths start
 */
export async function fingerprintData(
  { data, dataVersion }: Pick<ProgramSettings, 'data' | 'dataVersion'>,
  folder: string,
): Promise<string> {
  const whole = createHash('sha256');
  if (dataVersion !== null) whole.update(`version ${dataVersion}`);
  for (const file of data) {
    const path = isAbsolute(file) ? file : join(folder, file);
    const content = createHash('sha256');
    try {
      for await (const chunk of createReadStream(path)) content.update(chunk as Uint8Array);
    } catch (error) {
      throw explainFileError(error, `read training.program.data ${path}`);
    }
    whole.update(`${content.digest('hex')}\n`);
  }
  return whole.digest('hex');
}
