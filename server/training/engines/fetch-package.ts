import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../sweep/user-error.ts';
import { fetchFolder, packageFolder, wantedVersion, within, type FetchedPackage } from './packages.ts';
import { command, lastLines } from './tensorflow/command.ts';
import { startUnfinished } from './unfinished.ts';

export interface FetchOptions {
  /**
   * Packages that it requires and that are not fetched: empty ones stand in their place, and whoever loads it hands it
   * the real ones.
   */
  standIns?: readonly string[];
  /** Called before the package is in its place, with its folder. */
  tidy?: (folder: string) => void;
  /** Gets progress, line by line. */
  log: (line: string) => void;
}

/**
 * A package that engines load: the one that is there, else fetched by npm into the user's cache, where every
 * installation of Cosweep finds it. No script of it runs: they only download, and where downloads are blocked a failing
 * one makes npm drop the package.
 *
 * @returns its folder
 */
export async function fetchPackage(name: FetchedPackage, options: FetchOptions): Promise<string> {
  return packageFolder(name) ?? (await fetch(name, options));
}

async function fetch(name: FetchedPackage, { standIns = [], tidy = () => {}, log }: FetchOptions): Promise<string> {
  const folder = fetchFolder(name);
  const version = wantedVersion(name);
  const started = startUnfinished(dirname(folder));
  try {
    writeManifest(started, { name, version, standIns });
    log(`fetching ${name} ${version} by npm`);
    await npmInstall(started, `${name}@${version}`, log);
    tidy(within(started, name));
    moveIntoPlace(started, folder);
    return within(folder, name);
  } finally {
    rmSync(started, { recursive: true, force: true });
  }
}

function writeManifest(
  folder: string,
  { name, version, standIns }: { name: string; version: string; standIns: readonly string[] },
): void {
  for (const standIn of standIns) {
    const place = join(folder, 'stand-ins', ...standIn.split('/'));
    mkdirSync(place, { recursive: true });
    writeJson(join(place, 'package.json'), { name: standIn, version });
    writeFileSync(join(place, 'index.js'), `throw new Error('${standIn} is handed over by Cosweep, and was not');\n`);
  }
  const dependencies = {
    [name]: version,
    ...Object.fromEntries(standIns.map((standIn) => [standIn, `file:./stand-ins/${standIn}`])),
  };
  writeJson(join(folder, 'package.json'), { private: true, dependencies });
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** By the npm that started us, else by the one on the PATH. */
async function npmInstall(folder: string, request: string, log: (line: string) => void): Promise<void> {
  const { npm_execpath: started } = process.env;
  const [npm, cli] = started && basename(started) === 'npm-cli.js' ? [process.execPath, [started]] : ['npm', []];
  // What npm has fetched before, for a checkout say, it need not ask the registry for.
  const options = [
    '--ignore-scripts',
    '--omit=dev',
    '--no-package-lock',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
  ];
  const args = [...cli, 'install', '--prefix', folder, ...options];
  const { code, output } = await command(npm, args, { cwd: folder, onLine: log });
  if (code === 0) return;
  throw new UserError(
    `Cannot fetch ${request} by npm:\n${lastLines(output, 4)}\n` +
      'Wanted: a registry that npm can reach (npm config get registry shows which one it asks).',
  );
}

/** When two processes fetch the same package at once, the one that comes second drops its own: they are alike. */
function moveIntoPlace(started: string, folder: string): void {
  try {
    renameSync(started, folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
