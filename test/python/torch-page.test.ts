import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { cosweep, cosweepHere } from '../helpers/cosweep.ts';
import { describeWithPython, pythonFiles, runPython } from '../helpers/python.ts';
import { newFolder } from './start-stage.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/torch.md', import.meta.url)), 'utf8');

function blocksOf(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text!);
}

describeWithPython('docs/torch.md', (python) => {
  test('has a script that runs before and after, by hand and by its definition', async () => {
    const folder = newFolder();
    const [before, after] = blocksOf('python') as [string, string];
    writeFileSync(join(folder, 'before.py'), before);
    expect(runPython(python, [join(folder, 'before.py')])).toMatch(/^400 0\.7\d+$/m);
    for (const name of ['cosweep.py', 'cosweep_loss.py']) copyFileSync(join(pythonFiles, name), join(folder, name));
    writeFileSync(join(folder, 'train.py'), after);
    const byHand = runPython(python, [join(folder, 'train.py'), '--lr', '0.05', '--seed', '3', '--N', '0']);
    expect(byHand).toMatch(/^batch=400 val\/accuracy=0\.7\d+$/m);
    const db = join(folder, 'study.db');
    writeFileSync(join(folder, 'mine.json'), toSmall(python));
    const { code, stderr } = await cosweep(['run', join(folder, 'mine.json'), '--workers', '2'], { db });
    expect(code, stderr).toBe(0);
    const runs = await cosweepHere<{ state: string; metrics: Record<string, { last: number }> }[]>(['runs', 'mine'], {
      db,
    });
    expect(runs.map(({ state, metrics }) => [state, metrics['val/accuracy']!.last > 0.7])).toEqual([
      ['complete', true],
      ['complete', true],
    ]);
  });
});

/** The page's definition with one seed, one arm and its control. */
function toSmall(python: string): string {
  const [text] = blocksOf('jsonc') as [string];
  const definition = JSON.parse(text) as Record<string, any>;
  definition.seeds = 1;
  definition.parameters.beta = { value: 0.4 };
  definition.parameters.N = { value: 0.5, unit: 'fraction' };
  definition.training.program.command[0] = python;
  return JSON.stringify(definition);
}
