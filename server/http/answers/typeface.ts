import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FontFiles } from '../../../web/figure/to-pdf.ts';
import { openTypeface, type Typeface } from '../../../web/figure/typeface.ts';

/** The typeface of figures that no browser draws, and its files. */
export function readTypeface(): { fonts: FontFiles; typeface: Typeface } {
  const folder = fontsFolder();
  const fonts = {
    regular: readFileSync(join(folder, 'DejaVuSans.ttf')),
    bold: readFileSync(join(folder, 'DejaVuSans-Bold.ttf')),
  };
  return { fonts, typeface: openTypeface(fonts) };
}

/** The build copies the files; without a build they are where npm put them. */
function fontsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw new Error('no package.json above the code: the installation is broken');
    folder = dirname(folder);
  }
  const built = join(folder, 'dist', 'fonts');
  if (existsSync(built)) return built;
  const installed = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json');
  return join(dirname(installed), 'ttf');
}
