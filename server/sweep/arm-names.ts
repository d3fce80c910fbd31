import type { Ablation } from './ablations.ts';
import type { ParamValue } from './arm.ts';
import type { DraftArm } from './draft-arm.ts';
import { isLossParameter, LOSS_PARAMETERS, SYMBOLS } from './parameter-names.ts';

/**
 * Names of arms, built from what varies between the points of the search: `α0.5 β0.1 N200`, `noIntra α0.5`. What is not in
 * force in an arm, and what its ablation sets, is left out of its name.
 *
 * @param settingNames swept settings, in declaration order
 */
export function armNames(arms: readonly DraftArm[], settingNames: readonly string[], ablations: readonly Ablation[]): string[] {
  const keys = [...LOSS_PARAMETERS, ...settingNames];
  const points = arms.filter(({ ablation }) => ablation === null);
  const formats = keys.map((key) => makeFormat(points.filter((arm) => isInForce(arm, key)).map((arm) => valueOf(arm, key))));
  const labels = keys.map((key) => (isLossParameter(key) ? SYMBOLS[key] : `${shortName(key, settingNames)}=`));
  const varies = keys.some((_, i) => formats[i]!.varies);
  const sets = new Map(ablations.map(({ name, set }) => [name, set]));
  const names = arms.map((arm) => {
    const set = arm.ablation === null ? {} : sets.get(arm.ablation)!;
    const parts = keys.flatMap((key, i) => {
      const shown = varies ? formats[i]!.varies : isLossParameter(key) && key !== 'gamma' && arm.ablation === null;
      return shown && isInForce(arm, key) && !(key in set) ? [`${labels[i]}${formats[i]!.format(valueOf(arm, key))}`] : [];
    });
    return [...(arm.ablation === null ? [] : [arm.ablation]), ...parts].join(' ');
  });
  return withoutTwins(names);
}

/** ε and N say nothing about an arm without the intra-class phase. β does: it is 0. */
function isInForce(arm: DraftArm, key: string): boolean {
  return !(arm.control && (key === 'epsilon' || key === 'N')) && !(arm.ablation !== null && arm.control && key === 'beta');
}

function valueOf(arm: DraftArm, key: string): ParamValue {
  return isLossParameter(key) ? arm[key] : arm.assignment[key]!;
}

/** The last part of a setting's name, or as many as make it unlike the other swept ones. */
function shortName(key: string, all: readonly string[]): string {
  const parts = key.split('.');
  for (let n = 1; n < parts.length; n++) {
    const short = parts.slice(-n).join('.');
    if (all.filter((other) => other === short || other.endsWith(`.${short}`)).length === 1) return short;
  }
  return key;
}

/** Numbers with as few digits (from four on) as keep different values different. */
function makeFormat(values: readonly ParamValue[]): { varies: boolean; format: (value: ParamValue) => string } {
  const distinct = new Set(values);
  for (let digits = 4; digits < 17; digits++) {
    const format = (value: ParamValue) => (typeof value === 'number' && !Number.isInteger(value) ? String(Number(value.toPrecision(digits))) : String(value));
    if (new Set([...distinct].map(format)).size === distinct.size) return { varies: distinct.size > 1, format };
  }
  return { varies: distinct.size > 1, format: String };
}

/** Names are how people tell arms apart, so two that come out equal get a number. */
function withoutTwins(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} #${times}`;
  });
}
