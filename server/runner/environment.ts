import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, platform, release, totalmem, arch } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TrainingEnvironment } from '../store/reading/read-environment.ts';
import { projectFolder } from '../training/project-folder.ts';

/**
 * What a sweep is trained in. Nothing is taken from the environment variables, which hold secrets.
 *
 * @param folder of the definition: where its user's code stands, if git has it
 */
export async function readEnvironment(folder: string): Promise<TrainingEnvironment> {
  const processors = cpus();
  return {
    node: process.version,
    os: `${platform()} ${release()} ${arch()}`,
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory: totalmem(),
    packages: hashOfPackages(),
    git: await gitOf(folder),
  };
}

/** npm's own list of what it has installed, of a checkout or beside an installed package; else the lock file. */
const LISTS = ['node_modules/.package-lock.json', '../.package-lock.json', 'package-lock.json'];

function hashOfPackages(): string | null {
  for (const list of LISTS) {
    try {
      return createHash('sha256')
        .update(readFileSync(join(projectFolder(), list)))
        .digest('hex');
    } catch {
      // not installed in this way
    }
  }
  return null;
}

async function gitOf(folder: string): Promise<TrainingEnvironment['git']> {
  const commit = await git(folder, ['rev-parse', 'HEAD']);
  if (commit === null) return null;
  const status = await git(folder, ['status', '--porcelain']);
  const diff = status === '' ? '' : await git(folder, ['diff', '--no-ext-diff', '--no-textconv', 'HEAD']);
  return {
    commit: commit.trim(),
    dirty: status === null ? null : status !== '',
    diff: diff === null ? null : cut(diff),
  };
}

/** In milliseconds: a repository on a disk that does not answer holds up no training. */
const PATIENCE = 10_000;

/** null where the folder is none of git's, git is not there, or it takes too long. */
function git(folder: string, args: string[]): Promise<string | null> {
  // It only looks: another git at work in that folder is not to find it locked.
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
  return promisify(execFile)('git', args, { cwd: folder, env, timeout: PATIENCE, maxBuffer: 64 * 2 ** 20 }).then(
    ({ stdout }) => stdout,
    () => null,
  );
}

/** Of a difference so much is kept at its head, and at its tail. */
const KEPT = 128 * 1024;

function cut(text: string): string {
  if (text.length <= 2 * KEPT) return text;
  const left = text.length - 2 * KEPT;
  return `${text.slice(0, KEPT)}\n… ${left} characters are left out …\n${text.slice(-KEPT)}`;
}
