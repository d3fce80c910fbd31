import { shownParameters } from '../../sweep/shown-parameters.ts';
import type { Arm } from '../../sweep/arm.ts';
import type { ArmItem } from '../api.ts';

/** An arm without its settings: what lists and tables show of it. */
export function toArmItem(arm: Arm): ArmItem {
  const { index, name, ablation, control, controlIndex } = arm;
  return { index, name, ablation, control, controlIndex, params: shownParameters(arm) };
}
