import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import type { CliCommand } from '../command.ts';
import { wholeOption } from '../number-options.ts';
import type { Session } from '../session.ts';

interface Options {
  shards: number;
  out?: string;
}

export const splitCommand: CliCommand = {
  define(program, run) {
    program
      .command('split')
      .description('splits a definition by seed, to be trained on several machines and merged again')
      .argument('<file>', 'the sweep definition; "-": on stdin')
      .requiredOption('--shards <count>', 'how many parts', wholeOption(2, 10_000))
      .option('--out <dir>', 'the folder for the parts, made where it is missing; default: that of the definition')
      .action(run(split));
  },
};

async function split({ output, json }: Session, given: string, { shards, out }: Options): Promise<void> {
  const { readDefinitionFile, STDIN } = await import('../read-definition-file.ts');
  const { parseJson } = await import('../../sweep/definition/json.ts');
  const { partOf } = await import('../../sweep/definition/part.ts');
  const { readDefinition } = await import('../../sweep/definition/parse-definition.ts');
  const { splitDefinition } = await import('../../sweep/plan/split-definition.ts');
  const { UserError } = await import('../../sweep/user-error.ts');
  const { planDefinition } = await import('../plan-definition.ts');
  const { writeNew } = await import('../write-new.ts');
  const { text, source, path, folder } = await readDefinitionFile(given);
  const before = partOf(text)?.part;
  if (before)
    throw new UserError(
      `Cannot split ${source}: it is part ${before.number} of ${before.parts} of ${before.of}; wanted the whole one`,
    );
  const plan = await planDefinition(readDefinition(text, source), folder);
  const place = resolve(out ?? folder);
  const isPiped = basename(path) === STDIN;
  const of = relative(realPlace(place), join(realPlace(folder), isPiped ? STDIN : basename(given)));
  const written = (parseJson(text) as { value: Record<string, unknown> }).value;
  const name = isPiped ? 'sweep' : basename(given, extname(given));
  const parts = splitDefinition(written, plan, { shards, of: of.split(sep).join('/') }).map((part) => {
    const file = join(place, `${name}-part-${part.number}.json`);
    return { ...part, file, db: file.replace(/\.json$/, '.db') };
  });
  if (out !== undefined) mkdirSync(place, { recursive: true });
  writeNew(parts.map(({ file, text: content }) => ({ file, content, what: 'a part' })));
  const whole = join(place, `${name}.db`);
  if (json) return output.json({ name: plan.name, parts: parts.map(({ text: _, ...part }) => part), merged: whole });
  const { linesToRun } = await import('../split-text.ts');
  output.data(linesToRun(parts, whole, plan.arms.length));
}

/** Without links: `..` means the folder above the one that a link leads to. The last folders may not be there yet. */
function realPlace(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(realPlace(dirname(path)), basename(path));
}
