import type { PlanJsonWithArms } from '../../sweep/plan-json.ts';
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
  const { planToJson } = await import('../../sweep/plan-json.ts');
  const { planToText } = await import('../../sweep/plan-text.ts');
  const { text, folder } = readDefinitionFile(file);
  const made = await planDefinition(readDefinition(text, file), folder);
  const arms = options.arms === true;
  if (json) output.json(planToJson(made, { arms }));
  else output.data(arms ? `${planToText(made)}\n${toArmList(planToJson(made, { arms }))}` : planToText(made));
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
