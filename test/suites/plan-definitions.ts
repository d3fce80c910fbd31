import { planDefinition } from '../../server/cli/plan-definition.ts';
import { parseDefinition, parseDefinitionValue } from '../../server/sweep/definition/parse-definition.ts';
import { DefinitionError } from '../../server/sweep/problem.ts';
import { UserError } from '../../server/sweep/user-error.ts';
import { generateDefinition } from './generate-definition.ts';
import { HOSTILE } from './hostile-definitions.ts';

export interface Planned {
  name: string;
  /** Of the processor, not of the clock. */
  seconds: number;
  /** What became of it: a plan, or the message. */
  said: string;
  /** How long the message is. */
  length: number;
  kind: 'plan' | 'refused' | 'bug';
}

/** What became of all: little enough to be sent. */
export interface Summary {
  /** Of the generated ones: how many gave a plan. */
  plans: number;
  bugs: Planned[];
  longest: Planned;
  slowest: Planned[];
}

/** Plans the hostile definitions, and as many generated ones as asked for. */
export default async function planDefinitions(generated: string): Promise<Summary> {
  await plan('first', { name: 'warm' });
  const planned: Planned[] = [];
  for (const [name, make] of Object.entries(HOSTILE)) planned.push(await plan(name, make()));
  let plans = 0;
  for (let seed = 0; seed < Number(generated); seed++) {
    planned.push(await plan(`seed ${seed}`, generateDefinition(seed)));
    if (planned.at(-1)!.kind === 'plan') plans++;
  }
  return {
    plans,
    bugs: planned.filter(({ kind }) => kind === 'bug').slice(0, 20),
    longest: planned.reduce((a, b) => (a.length > b.length ? a : b)),
    slowest: planned.sort((a, b) => b.seconds - a.seconds).slice(0, 5),
  };
}

async function plan(name: string, definition: unknown): Promise<Planned> {
  const before = process.cpuUsage();
  const { kind, said } = await attempt(definition);
  const { user, system } = process.cpuUsage(before);
  return { name, seconds: (user + system) / 1e6, said: said.slice(0, 300), length: said.length, kind };
}

async function attempt(definition: unknown): Promise<Pick<Planned, 'kind' | 'said'>> {
  try {
    // As text too, but for what JSON.stringify itself cannot write
    const asObject = parseDefinitionValue(definition);
    const parsed = asObject.problems?.[0]?.message.includes('levels')
      ? asObject
      : parseDefinition(JSON.stringify(definition));
    if (parsed.problems) throw new DefinitionError('Cannot read it', parsed.problems);
    const { arms, runs } = await planDefinition(parsed.definition, '/nowhere');
    return { kind: 'plan', said: `${arms.length} arms, ${runs.length} runs` };
  } catch (error) {
    if (error instanceof UserError) return { kind: 'refused', said: error.message };
    return { kind: 'bug', said: String((error as Error).stack) };
  }
}
