import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { inProcess } from '../helpers/in-process.ts';
import { pythonFiles } from '../helpers/python.ts';

const NAMES = ['cosweep.py', 'cosweep_loss.py', 'cosweep_read.py'];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const copied = (...args: string[]) => inProcess(['python', ...args], folder);
const shipped = (name: string): string => readFileSync(join(pythonFiles, name), 'utf8');

test('the Python files are copied as they are, into a folder that is made', async () => {
  const { code, stdout } = await copied('study/train');
  expect([code, stdout]).toEqual([0, NAMES.map((name) => `${join(folder, 'study/train', name)}: copied\n`).join('')]);
  expect(readdirSync(join(folder, 'study/train'))).toEqual(NAMES);
  for (const name of NAMES) expect(readFileSync(join(folder, 'study/train', name), 'utf8')).toBe(shipped(name));
  expect((await copied('study/train')).stdout).toMatch(/^(.*: there already\n){3}$/);
});

test('a file that differs is left, and nothing is copied, but with --force', async () => {
  const own = join(folder, 'cosweep_loss.py');
  writeFileSync(own, '# my own');
  expect(await copied('.')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      `Cannot copy the Python files: found ${own} with other contents; ` +
      'wanted another folder, or --force to overwrite\n',
  });
  expect([readdirSync(folder), readFileSync(own, 'utf8')]).toEqual([['cosweep_loss.py'], '# my own']);
  const { stdout } = await copied('.', '--force', '--json');
  expect(JSON.parse(stdout)).toEqual({
    folder,
    files: NAMES.map((name) => ({
      path: join(folder, name),
      was: name === 'cosweep_loss.py' ? 'different' : 'missing',
    })),
  });
  expect(readFileSync(own, 'utf8')).toBe(shipped('cosweep_loss.py'));
});

test('what cannot be written is said with its place', async () => {
  mkdirSync(join(folder, 'cosweep.py'));
  expect((await copied('.')).stderr).toBe(
    `Cannot copy a Python file to ${join(folder, 'cosweep.py')}: it is a folder (EISDIR)\n`,
  );
  writeFileSync(join(folder, 'file'), '');
  const { code, stderr } = await copied('file/deeper');
  expect([code, stderr]).toEqual([2, expect.stringContaining('a part of its path is not a folder')]);
});
