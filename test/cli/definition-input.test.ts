import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { readDefinitionFile } from '../../server/cli/read-definition-file.ts';
import { UserError } from '../../server/sweep/user-error.ts';
import { definition } from '../http/plan-text.ts';
import { temporaryFolder } from '../store/support.ts';

const program = fileURLToPath(new URL('../../bin/cosweep.js', import.meta.url));
const text = JSON.stringify(definition);
let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(join(folder, 'good.json'), text);
});

/** A command line as a shell takes it, in the folder. @returns what it prints and its exit code */
async function shell(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = line.replace('cosweep', `"${process.execPath}" "${program}" --json --db "${folder}/x.db"`);
  return promisify(execFile)('bash', ['-c', command], { cwd: folder }).then(
    (printed) => ({ code: 0, ...printed }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

describe('a definition that can be read only once is read once', () => {
  test.each([
    'cosweep plan <(cat good.json)',
    'cat good.json | cosweep plan -',
    'cat good.json | cosweep plan /dev/stdin',
    'cosweep plan /dev/stdin < good.json',
    'mkfifo pipe; cat good.json > pipe & cosweep plan pipe',
  ])('%s', async (line) => {
    const { code, stdout, stderr } = await shell(line);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ name: definition.name });
  });

  test.each(['run', 'probe'])(
    '%s, which opens a database too, tells a mistake and leaves none behind',
    async (name) => {
      const { code, stderr } = await shell(`sed s/grid/gird/ good.json | cosweep ${name} -; test ! -e x.db`);
      expect([code, stderr]).toEqual([0, expect.stringContaining('sweep definition on stdin: method: found "gird"')]);
    },
  );
});

describe('where a definition is', () => {
  test('a pipe is nowhere: relative paths start in the current folder, as those of stdin', async () => {
    await promisify(execFile)('mkfifo', [join(folder, 'pipe')]);
    const writing = promisify(execFile)('cp', ['good.json', 'pipe'], { cwd: folder });
    expect(await readDefinitionFile(join(folder, 'pipe'))).toEqual({
      text,
      source: join(folder, 'pipe'),
      path: join(process.cwd(), '-'),
      folder: process.cwd(),
    });
    await writing;
  });

  test('a file has one path by whatever link, and its relative paths start where it was named', async () => {
    mkdirSync(join(folder, 'other'));
    symlinkSync(join(folder, 'good.json'), join(folder, 'other', 'link.json'));
    const [real, linked] = await Promise.all(
      [join(folder, 'good.json'), join(folder, 'other', 'link.json')].map(readDefinitionFile),
    );
    expect(linked!.path).toBe(real!.path);
    expect([real!.folder, linked!.folder]).toEqual([folder, join(folder, 'other')]);
  });

  test('a file that stdin is led from starts them at its own folder', async () => {
    const dataset = { name: 'csv', file: 'nowhere.csv', label: 0, shape: [1, 2, 1] };
    mkdirSync(join(folder, 'study'));
    writeFileSync(
      join(folder, 'study', 'csv.json'),
      JSON.stringify({ ...definition, training: { ...definition.training, dataset } }),
    );
    const { stderr } = await shell('cosweep plan /dev/stdin < study/csv.json');
    expect(stderr).toContain(join('study', 'nowhere.csv'));
  });

  test.each(['cosweep plan /dev/zero', 'cat /dev/zero | cosweep plan -'])(
    'what never ends is refused after 40 MB: %s',
    async (line) => {
      const { code, stderr } = await shell(line);
      expect(code).toBe(2);
      expect(stderr).toMatch(/found more than 40000000 bytes, wanted a definition of at most 10000000 characters/);
    },
  );

  test.each([
    ['nothing.json', 'there is no such file or folder (ENOENT)'],
    ['.', 'it is a folder (EISDIR)'],
    ['good.json/x.json', 'a part of its path is not a folder (ENOTDIR)'],
    ['circle', 'its links lead in a circle (ELOOP)'],
    [`${'x'.repeat(300)}.json`, 'its name is too long (ENAMETOOLONG)'],
  ])('%s is refused: %s', async (name, reason) => {
    symlinkSync('circle', join(folder, 'circle'));
    const error = await readDefinitionFile(join(folder, name)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toContain(`: ${reason}; want a JSON file`);
  });
});
