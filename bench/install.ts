/**
 * `npm run bench install`: how long installing the packed program takes and how large it is. Once better-sqlite3 is
 * compiled from source; once without: no script runs, and the addon that was compiled before is copied to where a
 * prebuilt one would be unpacked, so that this is the time of an installation whose download of that file (1 to 2 MB)
 * costs nothing. A first installation, not timed, fills npm's cache: the network is not measured. Writes
 * bench/out/install.json.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeHeaders } from '../bin/setup/node-headers.js';
import { projectFolder } from '../server/training/project-folder.ts';

const ADDON = join('node_modules', 'better-sqlite3', 'build', 'Release', 'better_sqlite3.node');
const ROUNDS = 3;

const load = loadavg()[0]!;
const work = mkdtempSync(join(tmpdir(), 'cosweep-install-'));
try {
  npm(projectFolder(), ['pack', '--silent', '--pack-destination', work]);
  const tarball = join(
    work,
    readdirSync(work).find((name) => name.endsWith('.tgz'))!,
  );
  const first = install('first', tarball, []).folder;
  const compiled: number[] = [];
  const prebuilt: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    compiled.push(install('compiled', tarball, []).seconds);
    prebuilt.push(installPrebuilt(tarball, join(first, ADDON)));
  }
  report({
    machine: { processor: cpus()[0]!.model, cores: cpus().length, node: process.version, load },
    rounds: ROUNDS,
    seconds: { compiled: least(compiled), prebuilt: least(prebuilt) },
    megabytes: {
      tarball: megabytes(tarball),
      installed: megabytes(join(first, 'node_modules')),
      prebuilt: megabytes(join(work, 'prebuilt', 'node_modules')),
    },
    packages: packagesIn(first).length,
  });
} finally {
  rmSync(work, { recursive: true, force: true });
}

function install(name: string, tarball: string, options: string[]): { folder: string; seconds: number } {
  const folder = join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const started = performance.now();
  npm(folder, ['install', '--prefix', folder, ...options, tarball]);
  return { folder, seconds: (performance.now() - started) / 1000 };
}

function installPrebuilt(tarball: string, addon: string): number {
  const { folder, seconds } = install('prebuilt', tarball, ['--ignore-scripts']);
  const started = performance.now();
  mkdirSync(join(folder, ADDON, '..'), { recursive: true });
  cpSync(addon, join(folder, ADDON));
  const program = join(folder, 'node_modules', 'cosweep', 'bin', 'cosweep.js');
  const copied = (performance.now() - started) / 1000;
  // It works: `list` of a database that is not there is the user's mistake, an addon that does not load is ours.
  const { status, stderr } = spawnSync(process.execPath, [program, 'list'], { cwd: folder, encoding: 'utf8' });
  if (status !== 2) throw new Error(`What was installed does not work (status ${status}):\n${stderr}`);
  return seconds + copied;
}

function npm(cwd: string, args: string[]): void {
  const { status, stderr } = spawnSync('npm', [...args, '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...nodeHeaders(), npm_config_build_from_source: 'true' },
  });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with status ${status}:\n${stderr}`);
}

/** What others do on the machine only ever adds. */
function least(seconds: number[]): number {
  return Math.min(...seconds);
}

/** Of disk. */
function megabytes(path: string): number {
  const entry = lstatSync(path);
  const below = entry.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + megabytes(join(path, name)), 0) : 0;
  return below + (entry.blocks * 512) / 1e6;
}

function packagesIn(folder: string): string[] {
  return readdirSync(join(folder, 'node_modules'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) =>
      name.startsWith('@') ? readdirSync(join(folder, 'node_modules', name)).map((each) => `${name}/${each}`) : [name],
    );
}

function report(result: {
  machine: { processor: string; cores: number; node: string; load: number };
  seconds: Record<'compiled' | 'prebuilt', number>;
  megabytes: Record<'tarball' | 'installed' | 'prebuilt', number>;
  packages: number;
  rounds: number;
}): void {
  const file = join(projectFolder(), 'bench', 'out', 'install.json');
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  const { machine, seconds, megabytes, packages } = result;
  const inWords = (name: string, time: number, size: number): string =>
    `better-sqlite3 ${name}    ${time.toFixed(1)} s, ${size.toFixed(0)} MB`;
  console.log(
    [
      `${inWords('compiled', seconds.compiled, megabytes.installed)} in ${packages} packages`,
      inWords('prebuilt', seconds.prebuilt, megabytes.prebuilt),
      `tarball                    ${megabytes.tarball.toFixed(1)} MB`,
      '',
      `least of ${result.rounds}; ${machine.processor}, ${machine.cores} cores, ` +
        `load before ${machine.load.toFixed(1)}; ${file}`,
    ].join('\n'),
  );
}
