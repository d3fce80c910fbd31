import type { ParamValue } from '../arm.ts';
import { type Definition, singleValue } from '../space/definition.ts';
import type { DraftArm } from './draft-arm.ts';
import { toVisible } from '../problem.ts';
import { usesCenterRate } from '../effective.ts';
import { isLossParameter, isSettingName, LOSS_PARAMETERS, shortName, SYMBOLS } from '../parameter-names.ts';

/**
 * Names of arms, built from the parameters that vary: `α0.5 β0.1 N200`, `noIntra α0.5`. The name of an arm leaves out
 * parameters that are not in force in it and those that its ablation sets.
 */
export function armNames(
  arms: readonly DraftArm[],
  { parameters, ablations }: Pick<Definition, 'parameters' | 'ablations'>,
): string[] {
  const settingNames = parameters.map(({ name }) => name).filter(isSettingName);
  const axes = new Set(parameters.filter((parameter) => singleValue(parameter) === undefined).map(({ name }) => name));
  const keys = [...LOSS_PARAMETERS, ...settingNames];
  const points = arms.filter(({ ablation }) => ablation === null);
  const formats = keys.map((key) =>
    makeFormat(
      points.filter((arm) => isInForce(arm, key)).map((arm) => valueOf(arm, key)),
      axes.has(key),
    ),
  );
  const labels = keys.map((key) => (isLossParameter(key) ? SYMBOLS[key] : `${shortName(key)}=`));
  const varies = keys.some((_, i) => formats[i]!.varies);
  const sets = new Map(ablations.map(({ name, set }) => [name, set]));
  const names = arms.map((arm) => {
    const set = arm.ablation === null ? {} : sets.get(arm.ablation)!;
    const parts = keys.flatMap((key, i) => {
      const shown = varies ? formats[i]!.varies : isLossParameter(key) && key !== 'gamma' && arm.ablation === null;
      return shown && isInForce(arm, key) && !(key in set)
        ? [`${labels[i]}${formats[i]!.format(valueOf(arm, key))}`]
        : [];
    });
    return [...(arm.ablation === null ? [] : [arm.ablation]), ...parts].join(' ');
  });
  return withoutTwins(names);
}

/**
 * ε and N say nothing about an arm without the intra-class phase. Its β, which is 0, says that it has no such phase,
 * unless the name of its ablation says so already.
 */
function isInForce(arm: DraftArm, key: string): boolean {
  if (key === 'loss.centerRate') return usesCenterRate(arm.settings.loss);
  return (
    !(arm.control && (key === 'epsilon' || key === 'N')) && !(arm.ablation !== null && arm.control && key === 'beta')
  );
}

function valueOf(arm: DraftArm, key: string): ParamValue {
  return isLossParameter(key) ? arm[key] : arm.assignment[key]!;
}

/**
 * How to write the values of a parameter: numbers with as few digits, but four at least, as keep different values
 * different.
 *
 * @param isAxis true for a parameter that varies by its definition, even if only one of its values is left
 */
function makeFormat(
  values: readonly ParamValue[],
  isAxis: boolean,
): { varies: boolean; format: (value: ParamValue) => string } {
  const distinct = new Set(values);
  for (let digits = 4; digits < 17; digits++) {
    const format = (value: ParamValue) =>
      typeof value === 'number' && !Number.isInteger(value)
        ? String(Number(value.toPrecision(digits)))
        : toVisible(String(value));
    if (new Set([...distinct].map(format)).size === distinct.size)
      return { varies: isAxis || distinct.size > 1, format };
  }
  return { varies: isAxis || distinct.size > 1, format: (value) => toVisible(String(value)) };
}

/** People tell arms apart by their names, so names that come out equal get a number. */
function withoutTwins(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  const given = new Set(names);
  return names.map((name) => {
    let times = (seen.get(name) ?? 0) + 1;
    // An ablation may be named as a numbered twin would be.
    while (times > 1 && given.has(`${name} #${times}`)) times++;
    seen.set(name, times);
    return times === 1 ? name : `${name} #${times}`;
  });
}
