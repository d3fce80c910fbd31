import type { PlanResponse } from '../../http/api.ts';
import { toColumns } from '../columns.ts';
import type { CliCommand } from '../command.ts';
import { readDefinitionFile } from '../read-definition-file.ts';
import type { Session } from '../session.ts';

export const planCommand: CliCommand = {
  define(program, run) {
    program
      .command('plan')
      .description('validates a definition and shows what would run')
      .argument('<file>', 'the sweep definition')
      .option('--arms', 'list the arms')
      .action(run(plan));
  },
};

async function plan({ output, json }: Session, file: string, options: { arms?: true }): Promise<void> {
  const { readDefinition } = await import('../../sweep/parse-definition.ts');
  const { planDefinition } = await import('../../runner/plan-definition.ts');
  const { toPlanResponse, toPlanSummary } = await import('../../http/plan-response.ts');
  const { text, folder } = readDefinitionFile(file);
  const made = await planDefinition(readDefinition(text, file), folder);
  const response = toPlanResponse(made);
  if (json) output.json(options.arms ? response : toPlanSummary(made));
  else output.data(toText(response, options.arms === true));
}

function toText(plan: PlanResponse, arms: boolean): string {
  const { maxT, holm } = plan.smallestP;
  const dropped = plan.dropped.filter(({ count }) => count > 0).map(({ constraint, count }) => `${count} break ${constraint}`);
  return [
    `${plan.name}: ${plan.arms} arms × ${plan.runs / plan.arms} seeds = ${plan.runs} runs  (plan ${plan.planHash.slice(0, 12)})`,
    `left out: ${dropped.length > 0 ? dropped.join(', ') : 'none'}; ${plan.folded} folded into an arm with the same effective settings`,
    `batches to train: ${plan.batches} with shared prefixes (${plan.stages} stages), ${plan.batchesUnshared} without`,
    `smallest p that the seeds allow: ${Number(maxT.toPrecision(3))} (max-T), ${Number(holm.toPrecision(3))} (Holm)${maxT > 0.05 ? ': no difference can be significant, take six seeds or more' : ''}`,
    ...plan.notes.map((note) => `note: ${note}`),
    ...(arms ? ['', toArmList(plan)] : []),
  ].join('\n');
}

function toArmList({ armList }: PlanResponse): string {
  const params = Object.keys(armList[0]!).filter((key) => !['index', 'name', 'ablation', 'control'].includes(key));
  return toColumns(
    ['ARM', 'NAME', 'ABLATION', ...params],
    armList.map((arm) => [arm.index, arm.name, arm.ablation ?? '', ...params.map((key) => toCell(arm[key]!))]),
  );
}

function toCell(value: string | number | boolean | null): string | number | null {
  return typeof value === 'boolean' ? String(value) : value;
}
