import type { Goal } from './source.ts';

/** What the words of a metric's name tell of it: `Loss/train`, `val_top1-acc`. */
export interface MetricWords {
  part: 'train' | 'val' | 'test' | null;
  /** True for what only counts or describes, such as the epoch and the learning rate: it decides nothing. */
  isIdle: boolean;
  /** True for what is measured to be as high as possible. */
  isScore: boolean;
  goal: Goal;
}

const PARTS = {
  train: /^(train|training)$/,
  val: /^(val|valid|validation|eval|evaluation|dev)$/,
  test: /^test(ing)?$/,
} as const;

const IDLE = new RegExp(
  '^(epoch|steps?|iteration|lr|hp|hparams?|time|seconds|duration|speed|system|grad|gradient|norm|memory|gpu|cpu)$',
);
const SCORE = /^(acc|accuracy|f1|auc|auroc|score|iou|miou|map|bleu|precision|recall|top[15])$/;
const LOWER = /(loss|error|entropy)$|^(err|perplexity|ppl|ece|nll|mse|mae|rmse|fid|wer|cer|bpb|regret|cost|distance)$/;
const SHORTER = /^(time|seconds|duration)$/;

export function readMetricWords(name: string): MetricWords {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  const has = (pattern: RegExp) => words.some((word) => pattern.test(word));
  const part = (['test', 'train', 'val'] as const).find((each) => has(PARTS[each])) ?? null;
  const isLower = has(LOWER);
  return {
    part,
    isIdle: !isLower && !has(SCORE) && (has(IDLE) || /learning.?rate/i.test(name)),
    isScore: has(SCORE) && !isLower,
    goal: isLower || has(SHORTER) ? 'minimize' : 'maximize',
  };
}

/**
 * The metric that most likely decides: of the validation part before one of no part, an accuracy before a loss, the
 * training part last. The test part decides nothing.
 *
 * @returns undefined where none may
 */
export function likeliest(names: readonly string[]): string | undefined {
  const rank = (name: string): number => {
    const { part, isIdle, isScore } = readMetricWords(name);
    if (part === 'test' || isIdle) return Infinity;
    return ({ val: 0, none: 2, train: 4 } as const)[part ?? 'none'] + (isScore ? 0 : 1);
  };
  const [best] = [...names].sort((a, b) => rank(a) - rank(b));
  if (names.includes('val/accuracy')) return 'val/accuracy';
  return best === undefined || rank(best) === Infinity ? undefined : best;
}
