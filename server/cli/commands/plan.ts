import { existsSync } from 'node:fs';
import type { PlanJsonWithArms } from '../../sweep/plan/plan-json.ts';
import type { Plan } from '../../sweep/plan/plan.ts';
import type { TimeAnswer } from '../ask-time.ts';
import { toColumns } from '../columns.ts';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import type { CliCommand } from '../command.ts';
import { toDuration } from '../duration.ts';
import { toMegabytes } from '../megabytes.ts';
import { readDefinitionFile } from '../read-definition-file.ts';
import type { Session } from '../session.ts';
import { addEngineOptions, type TrainOptions } from '../train-options.ts';
import type { WeightBytes } from '../weight-bytes.ts';
import { READING, withStorage } from '../with-storage.ts';

interface Options extends Pick<TrainOptions, 'engine' | 'device' | 'workers' | 'perDevice'> {
  arms?: true;
  time?: true;
  definition?: true;
}

export const planCommand: CliCommand = {
  define(program, run) {
    const command = program
      .command('plan')
      .description('validates a definition and shows what would run')
      .argument('<file>', 'the sweep definition; "-": on stdin')
      .option('--arms', 'list the arms')
      .option('--definition', "only print the definition as JSON: of a sweep of W&B's what it is here")
      .option('--time', 'predict how long the sweep trains here; a few batches are trained for it and not kept');
    addEngineOptions(command).action(run(plan));
  },
};

async function plan(session: Session, file: string, options: Options): Promise<void> {
  const { output, json } = session;
  const { readDefinition } = await import('../../sweep/definition/parse-definition.ts');
  const { planWithSources } = await import('../plan-definition.ts');
  const { weightBytes } = await import('../weight-bytes.ts');
  const { planToJson } = await import('../../sweep/plan/plan-json.ts');
  const { planToText } = await import('../../sweep/plan/plan-text.ts');
  const { text, source, folder } = await readDefinitionFile(file);
  const definition = readDefinition(text, source);
  if (options.definition) return output.data(text);
  const { plan: made, sourceOf } = await planWithSources(definition, folder, { log: output.say });
  const weights = sourceOf && weightBytes(made, sourceOf);
  const arms = options.arms === true;
  const seconds = options.time
    ? await (await import('../ask-time.ts')).askTime(made, folder, options, output.say)
    : null;
  const stored = await storedRuns(session, made);
  if (json)
    return output.json({
      ...planToJson(made, { arms }),
      ...(weights && { weightBytes: weights }),
      ...(stored !== null && { stored }),
      ...(seconds && { seconds }),
    });
  const further = `${weights ? weightLine(weights) : ''}${seconds ? timeLine(seconds) : ''}`;
  const summary = `${planToText(made, stored ?? 0)}${further}`;
  output.data(arms ? `${summary}\n${toArmList(planToJson(made, { arms: true }))}` : summary);
}

/**
 * How many runs of the plan the database holds already; null where there is no database. A plan needs none, so one that
 * cannot be read is only told of.
 */
async function storedRuns(session: Session, made: Plan): Promise<number | null> {
  if (!existsSync(session.db)) return null;
  const { countStored } = await import('../../store/reading/count-stored.ts');
  try {
    return await withStorage(session, READING, async (storage) => countStored(storage, made));
  } catch (error) {
    if (!(error instanceof UserError || error instanceof OutsideError)) throw error;
    session.output.say(error.message);
    return null;
  }
}

function weightLine({ all, best }: WeightBytes): string {
  const ofBest = `${toMegabytes(best)} with --keep-weights best`;
  return `  weights    at most ${toMegabytes(all)} on the disk at the end, ${ofBest}\n`;
}

function timeLine({ shared, unshared, engine, workers }: TimeAnswer): string {
  const by = `${workers} ${workers === 1 ? 'worker' : 'workers'} on ${engine}`;
  return `  time       about ${toDuration(shared)} with shared stages, ${toDuration(unshared)} without (${by})\n`;
}

function toArmList({ armList }: PlanJsonWithArms): string {
  const params = Object.keys(armList[0]!).filter((key) => !['index', 'name', 'ablation', 'control'].includes(key));
  return toColumns(
    ['ARM', 'NAME', 'ABLATION', ...params],
    armList.map((arm) => [arm.index, arm.name, arm.ablation ?? '', ...params.map((key) => toCell(arm[key]!))]),
  );
}

function toCell(value: string | number | boolean | null): string | number | null {
  return typeof value === 'boolean' ? String(value) : value;
}
