import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { batchScript } from '../../../server/remote/launch/batch-script.ts';
import { submit } from '../../../server/remote/launch/submit.ts';
import { OutsideError, UserError } from '../../../server/sweep/user-error.ts';

const program = ['/opt/node/bin/node', '/opt/cosweep/bin/cosweep.js'];
const write = (sbatch: string[], worker: string[] = []) =>
  batchScript({ program, join: '/home/me/join.json', logs: '/home/me', worker, sbatch });
const commandOf = (script: string) => script.trimEnd().split('\n').at(-1);
const timeOf = (...sbatch: string[]) => / --for (\S+)$/.exec(commandOf(write(sbatch))!)?.[1] ?? null;

describe('a batch script', () => {
  it('is short, and says what it does', () => {
    const sbatch = ['--partition=gpu', '--gres=gpu:1', '--array=1-8', '--time=4:00:00'];
    expect(write(sbatch, ['--engine', 'tensorflow'])).toBe(`#!/bin/sh
#SBATCH --job-name=cosweep
#SBATCH --output=/home/me/cosweep-%A_%a.log
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@120
#SBATCH --requeue
#SBATCH --partition=gpu
#SBATCH --gres=gpu:1
#SBATCH --array=1-8
#SBATCH --time=4:00:00

exec /opt/node/bin/node /opt/cosweep/bin/cosweep.js worker --join /home/me/join.json --engine tensorflow --for 3:50:00
`);
  });

  it('keeps an option and its value on one line, and a log for each job', () => {
    const script = write(['-p', 'gpu', '--requeue', '-c', '4']);
    expect(script).toContain('#SBATCH -p gpu\n#SBATCH --requeue\n#SBATCH -c 4\n');
    expect(script).toContain('--output=/home/me/cosweep-%j.log');
    expect(write(['-a', '1-2'])).toContain('cosweep-%A_%a.log');
  });

  it.each([
    [['--time=4:00:00'], '3:50:00'],
    [['--time', '2-0'], '47:50:00'],
    [['-t', '60'], '0:54:00'],
    [['-t1-12:30'], '36:20:00'],
    [['--time=30:30'], '0:27:27'],
    [['--time=1-01:00:01'], '24:50:01'],
    [['--time=5'], '0:02:30'],
    [['--time=1:00:00', '--time=2:00:00'], '1:50:00'],
    [['--time=2'], null],
    [['--time=UNLIMITED'], null],
    [['--time=soon'], null],
    [['--time'], null],
    [[], null],
  ])('from %j lets a worker begin stages for %j', (sbatch, time) => {
    expect(timeOf(...sbatch)).toBe(time);
  });

  it('leaves the time to a user who says it', () => {
    for (const worker of [['--for', '1:00:00'], ['--for=1:00:00']])
      expect(commandOf(write(['--time=4:00:00'], worker))!.match(/--for/g)).toHaveLength(1);
  });

  it('refuses what is no option of sbatch, and what would be more than a line', () => {
    for (const sbatch of [['script.sh'], ['--comment=a\nrm -rf x'], ['--wrap=rm'], ['-J', 'a\rb'], ['--x=\0']]) {
      expect(() => write(sbatch)).toThrow(UserError);
      expect(() => write(sbatch)).toThrow(/after -- found .*; wanted options of sbatch/s);
    }
    for (const logs of ['/a\\b', '/a\n#SBATCH --uid=0', '/a\rb'])
      expect(() => batchScript({ program, join: 'j', logs })).toThrow(
        /(backslash|line break); wanted a folder without/,
      );
  });
});

describe('a batch script on the disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cosweep-batch-'));
    mkdirSync(join(folder, 'bin'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it('gives the worker every word as it is, whatever stands in it', () => {
    const hostile = [
      "it's",
      'a b',
      '$(touch x)',
      '`x`',
      '"',
      '\\',
      '*',
      ';exit 3',
      '#',
      '~',
      'é\ttab',
      '',
      '-n',
      'a\nb',
    ];
    const script = batchScript({
      program: [process.execPath, '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--'],
      join: "/tmp/j'oin $(x).json",
      logs: folder,
      worker: hostile,
    });
    const file = join(folder, 'script');
    writeFileSync(file, script);
    const words = JSON.parse(execFileSync('/bin/sh', [file], { encoding: 'utf8' }));
    expect(words).toEqual(['worker', '--join', "/tmp/j'oin $(x).json", ...hostile]);
  });

  it('is written where there is no sbatch, and the message says what to do with it', async () => {
    vi.stubEnv('PATH', folder);
    const file = join(folder, 'my worker.sbatch');
    await expect(submit({ script: write([]), file })).rejects.toThrow(
      `Cannot submit the batch script: the PATH has no sbatch. It is written: on a machine of the cluster, sbatch '${file}'`,
    );
    expect(readFileSync(file, 'utf8')).toBe(write([]));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('gives the id that sbatch prints, and its errors as they are', async () => {
    const sbatch = join(folder, 'bin', 'sbatch');
    vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env['PATH']}`);
    const say = (script: string) => writeFileSync(sbatch, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const file = join(folder, 'worker.sbatch');
    say('echo "a word of the site" >&2; echo "4711;cluster2"');
    expect(await submit({ script: write([]), file })).toBe('4711');
    say('echo "sbatch: error: QOSMaxSubmitJobPerUserLimit" >&2; exit 1');
    const error = await submit({ script: write([]), file }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(OutsideError);
    expect((error as Error).message).toMatch(/ended with status 1:\n +sbatch: error: QOSMaxSubmitJobPerUserLimit$/);
    say('echo hello');
    await expect(submit({ script: write([]), file })).rejects.toThrow(/ended with status 0:\n +hello/);
  });
});
