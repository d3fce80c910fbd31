/** The five numbers of the combined loss, in the order in which names and tables show them. */
export const LOSS_PARAMETERS = ['alpha', 'beta', 'gamma', 'epsilon', 'N'] as const;
export type LossParameter = (typeof LOSS_PARAMETERS)[number];

/** Letters as they are shown. */
export const SYMBOLS: Record<LossParameter, string> = { alpha: 'α', beta: 'β', gamma: 'γ', epsilon: 'ε', N: 'N' };

/** Letters as they may be written: ϵ, ϐ and the like are what some keyboards and LaTeX editors give. */
const GREEK: Record<string, LossParameter> = {
  α: 'alpha',
  β: 'beta',
  ϐ: 'beta',
  γ: 'gamma',
  ε: 'epsilon',
  ϵ: 'epsilon',
};

/** `α` → `alpha`; any other name is returned as it is. */
export function toParameterName(written: string): string {
  return Object.hasOwn(GREEK, written) ? GREEK[written]! : written;
}

export function isLossParameter(name: string): name is LossParameter {
  return (LOSS_PARAMETERS as readonly string[]).includes(name);
}

/** True for the dotted name of a setting that a definition sweeps: `loss.m`, `training.optimizer.learningRate`. */
export function isSettingName(name: string): boolean {
  return name.startsWith('loss.') || name.startsWith('training.');
}

/**
 * `training.optimizer.learningRate` → `learningRate`, `training.model.name` → `model`: no two settings share that word.
 */
export function shortName(name: string): string {
  return name
    .replace(/\.name$/, '')
    .split('.')
    .at(-1)!;
}

/** `alpha` → `α`; a setting's whole name is its own symbol. */
export function symbolOf(name: string): string {
  return isLossParameter(name) ? SYMBOLS[name] : name;
}
