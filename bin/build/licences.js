import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The licences of the packages that these files are of, in one text: most licences ask that whoever passes the code on,
 * bundled too, passes them on.
 */
export function licencesOf(files) {
  const folders = [...new Set(files.map(packageFolder))];
  const texts = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const texts = licenceFiles(folder);
    return { name, text: [`${name} ${version}, ${license ?? kindOf(texts, name)}`, ...texts].join('\n\n') };
  });
  return texts
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(({ text }) => `${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** The licence of a package that names none, by its text. */
function kindOf(texts, name) {
  if (texts.some((text) => /^MIT License\b/.test(text))) return 'MIT';
  throw new Error(`Cannot tell the licence of ${name}: its package.json names none`);
}

/** The nearest folder whose package.json has a version: some packages have further, nameless ones inside. */
function packageFolder(file) {
  for (let folder = dirname(file.replaceAll('\0', '')); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version) return folder;
    if (folder === dirname(folder)) throw new Error(`Cannot tell which package ${file} is of`);
  }
}

function licenceFiles(folder) {
  return readdirSync(folder)
    .filter((name) => /^(licen[cs]e|notice)/i.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
}
