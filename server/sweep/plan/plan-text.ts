import type { Plan } from './plan.ts';

const count = (n: number) => n.toLocaleString('en-US');
const plural = (n: number, word: string) => `${count(n)} ${word}${n === 1 ? '' : 's'}`;

/**
 * A plan for people: what would run, what it costs and what it can show.
 *
 * @param stored how many of its runs the database holds already
 */
export function planToText(plan: Plan, stored = 0): string {
  const saved = percent(1 - plan.batches / plan.batchesUnshared);
  const lines = [
    `Sweep ${JSON.stringify(plan.name)}`,
    `  arms       ${describeArms(plan)}`,
    `  runs       ${describeRuns(plan)}${held(stored)}`,
    ...plan.dropped.map(({ constraint, count: dropped }) => `  dropped    ${count(dropped)} by ${constraint}`),
    `  folded     ${plan.folded === 0 ? 'none' : `${plural(plan.folded, 'point')} into arms that compute the same`}`,
    `  batches    ${count(plan.batches)} with shared stages, ${count(plan.batchesUnshared)} without (${saved} less)`,
    `  stages     ${count(plan.stages)}`,
    `  smallest p ${describeP(plan)}`,
    ...plan.notes.map((note) => `  note       ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}

function describeRuns({ runs, arms, seeds }: Plan): string {
  return `${count(runs.length)} (${count(arms.length)} × ${plural(seeds.length, 'seed')})`;
}

function held(stored: number): string {
  return stored === 0 ? '' : `; ${count(stored)} of them trained already, and not again on the same data and engine`;
}

function describeArms({ arms }: Plan): string {
  const ablations = arms.filter(({ ablation }) => ablation !== null).length;
  const controls = arms.filter(({ control }) => control).length;
  const points = plural(arms.length - ablations, 'point');
  return (
    `${count(arms.length)}: ${points} of the search and ${plural(ablations, 'ablation')}; ` +
    `${count(controls)} without the intra-class phase`
  );
}

function describeP({ smallestP: { maxT, holm }, seeds }: Plan): string {
  const p = (value: number) => String(Number(value.toPrecision(3)));
  const warning =
    maxT > 0.05
      ? `: no difference can be significant with ${plural(seeds.length, 'seed')}, six are the least`
      : holm > 0.05
        ? ' (above 0.05: none can be significant by it)'
        : '';
  return `${p(maxT)} by max-t, ${p(holm)} by Holm${warning}`;
}

const percent = (share: number) => `${Math.round(100 * share)} %`;
