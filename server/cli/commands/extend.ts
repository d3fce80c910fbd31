import { InvalidArgumentError } from 'commander';
import type { ParamValue } from '../../sweep/arm.ts';
import type { ExtensionPlan } from '../../http/schemas/extend.ts';
import { UserError } from '../../sweep/user-error.ts';
import { printable } from '../../sweep/printable.ts';
import type { CliCommand } from '../command.ts';
import { toDuration } from '../duration.ts';
import { wholeOption } from '../number-options.ts';
import type { Session } from '../session.ts';
import { addTrainOptions, type TrainOptions } from '../train-options.ts';
import { WRITING, withStorage } from '../with-storage.ts';

interface Options extends TrainOptions {
  seeds?: number;
  add?: Record<string, ParamValue[]>;
  definition?: string;
  plan?: true;
}

export const extendCommand: CliCommand = {
  define(program, run) {
    addTrainOptions(
      program
        .command('extend')
        .description('adds seeds, values or arms to a sweep, and trains what is new')
        .argument('<sweep>', 'id, name, definition or "latest"')
        .option('--seeds <count>', 'how many seeds in all', wholeOption(1, 100_000))
        .option('--add <parameter=values>', 'further values of a parameter, beta=0.4,0.5; may be repeated', addValues)
        .option('--definition <file>', 'a changed definition, which still has all arms and seeds of the sweep')
        .option('--plan', 'only show what would be trained'),
    ).action(run(extend));
  },
};

function extend(session: Session, sweep: string, options: Options): Promise<number> {
  if (options.seeds === undefined && options.add === undefined && options.definition === undefined)
    throw new UserError(`Cannot extend ${sweep}: found nothing to add, wanted --seeds, --add or --definition`);
  return withStorage(session, WRITING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { planExtension, queueExtension } = await import('../../http/answers/extension.ts');
    const { keepingTrust } = await import('../own-program.ts');
    const { strangerIn } = await import('../../runner/refuse-stranger.ts');
    const { planFor } = await import('../plan-text.ts');
    const { train } = await import('../train.ts');
    const sweepId = await findSweep(storage, sweep);
    const addition = {
      seeds: options.seeds ?? null,
      values: options.add ?? {},
      definition: options.definition === undefined ? null : await textOf(options.definition),
    };
    const makePlan = planFor(storage, `of ${sweep}, extended`);
    const plan = await planExtension(storage, sweepId, addition, makePlan);
    if (options.plan) {
      if (session.json) session.output.json(plan);
      else session.output.data(printableLines(extensionToText(plan)));
      return 0;
    }
    session.output.say(printableLines(extensionToText(plan)).trimEnd());
    const stranger = await strangerIn(storage, sweepId);
    if (stranger !== null) throw stranger; // the sweep stays as it is
    const engine = options.engine === 'auto' ? null : options.engine;
    await keepingTrust(storage, sweepId, () => queueExtension(storage, sweepId, { ...addition, engine }, makePlan));
    return train(session, storage, sweepId, { ...options, fresh: false });
  });
}

async function textOf(path: string): Promise<string> {
  const { readDefinitionFile } = await import('../read-definition-file.ts');
  return (await readDefinitionFile(path)).text;
}

const MOST_LISTED = 12;

/** An extension for people: what stays, what is new, and what it costs. */
export function extensionToText({
  id,
  name,
  arms,
  seeds,
  runs,
  newArms,
  newSeeds,
  batches,
  seconds,
  looks,
}: ExtensionPlan): string {
  const time = seconds === null ? '' : `, about ${toDuration(seconds)} of one worker`;
  const lines = [
    `${id} ${name}`,
    `  arms       ${toChange(arms)}${listed(newArms)}`,
    `  seeds      ${toChange(seeds)}${listed(newSeeds.map(String))}`,
    `  runs       ${runs.after}: ${runs.stored} are stored, ${runs.after - runs.before} are new`,
    `  batches    ${batches.toLocaleString('en-US')} for the new runs${time}`,
    ...(looks > 1 ? [`  p          will be corrected for ${looks} looks`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function toChange({ before, after }: { before: number; after: number }): string {
  return before === after ? String(after) : `${before} → ${after}`;
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > MOST_LISTED ? ', …' : '';
  return `: ${names.slice(0, MOST_LISTED).join(', ')}${more}`;
}

const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');

/** `beta=0.4,0.5`, once for each parameter. */
function addValues(text: string, before: Record<string, ParamValue[]> = {}): Record<string, ParamValue[]> {
  const [, name, list] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || list === undefined) throw new InvalidArgumentError('Want parameter=value,value.');
  return { ...before, [name.trim()]: [...(before[name.trim()] ?? []), ...list.split(',').map(toValue)] };
}

/** As JSON would have it; what is no JSON is text. */
function toValue(text: string): ParamValue {
  const written = text.trim();
  if (written === 'true' || written === 'false') return written === 'true';
  const number = Number(written);
  return written !== '' && Number.isFinite(number) ? number : written;
}
