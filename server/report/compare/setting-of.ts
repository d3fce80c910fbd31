import type { Arm, ParamValue } from '../../sweep/arm.ts';
import { symbolOf } from '../../sweep/parameter-names.ts';
import { armParams } from '../curves/arm-params.ts';

/** Short names of what sweeps are most often told apart by. */
const SHORT_NAMES: Record<string, string> = {
  dataset: 'training.dataset.name',
  model: 'training.model.name',
  optimizer: 'training.optimizer.name',
  batches: 'training.batches',
};

/** `dataset` → `training.dataset.name`; any other name is returned as it is. */
export function toSettingName(written: string): string {
  return Object.hasOwn(SHORT_NAMES, written) ? SHORT_NAMES[written]! : written;
}

/** The same the other way round: what tables call a setting. */
export function toShortName(name: string): string {
  return Object.keys(SHORT_NAMES).find((short) => SHORT_NAMES[short] === name) ?? symbolOf(name);
}

/** Every setting of an arm by its dotted name, swept or not; null where it is not in force. */
export function settingsOf(arm: Arm): Record<string, ParamValue> {
  return { ...flatten('loss', arm.loss), ...flatten('training', arm.training), ...armParams(arm) };
}

function flatten(prefix: string, settings: object): Record<string, ParamValue> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]): [string, ParamValue][] => {
      const name = `${prefix}.${key}`;
      if (Array.isArray(value)) return [[name, value.map(toText).join(', ')]];
      if (value !== null && typeof value === 'object') return Object.entries(flatten(name, value as object));
      return [[name, value as ParamValue]];
    }),
  );
}

/** The layers of a network are objects. */
function toText(entry: unknown): string {
  return typeof entry === 'object' ? JSON.stringify(entry) : String(entry);
}
