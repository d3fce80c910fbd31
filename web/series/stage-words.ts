import type { ArmItem } from '../../server/http/schemas/arm.ts';
import { formatAmount, formatCount, formatPercent } from '../format/number.ts';
import { formatRounded, parameterLabel } from '../format/parameter.ts';
import { formatDuration } from '../format/time.ts';
import { sharesEpsilon, type StageBar, type StageTotals } from './stage-tree.ts';

/** `33.3 %` of the batches; null where nothing is shared. */
export function savedShare({ batches, unshared }: StageTotals): string | null {
  return batches >= unshared ? null : formatPercent(1 - batches / unshared, 1);
}

/**
 * Arms that end in one stage, by what varies: `β0.4 ε3|4 N20`, as in the names of arms. A single arm of an ablation has
 * its own name.
 */
export function armsLabel(arms: readonly ArmItem[], varying: readonly string[]): string {
  const ablations = [...new Set(arms.map(({ ablation }) => ablation))];
  return ablations
    .map((ablation) =>
      groupLabel(
        ablation,
        arms.filter((arm) => arm.ablation === ablation),
        varying,
      ),
    )
    .join(' · ');
}

function groupLabel(ablation: string | null, arms: ArmItem[], varying: readonly string[]): string {
  const values = (key: string): string[] => [
    ...new Set(
      arms.flatMap(({ params }) =>
        params[key] === null || params[key] === undefined ? [] : [formatRounded(params[key])],
      ),
    ),
  ];
  const parts = varying
    .map((key) => ({ symbol: parameterLabel(key), found: values(key) }))
    .filter(({ found }) => found.length > 0);
  if (parts.length === 0 || (ablation !== null && arms.length === 1)) return arms.map(({ name }) => name).join(', ');
  return [
    ...(ablation === null ? [] : [ablation]),
    ...parts.map(({ symbol, found }) => `${symbol}${symbol.length > 1 ? ' ' : ''}${found.join('|')}`),
  ].join(' ');
}

/** The role of a stage in the tree. */
export function stageKind({ stage }: StageBar): string {
  if (sharesEpsilon(stage)) return `Shared by ${stage.runs.length} runs that ε has not separated`;
  return stage.runs.length > 1 ? `Trunk of ${stage.runs.length} runs` : stage.parent === null ? 'One run' : 'Fork';
}

/** The parameters of the phase that are in force: `β = 0.2, ε = 0.02, N = 40`; empty before the phase. */
export function phaseWords({ stage: { params } }: StageBar): string {
  if (params.N === null) return '';
  const found = (['beta', 'epsilon', 'N'] as const).filter((key) => params[key] !== null);
  return found.map((key) => `${parameterLabel(key)} = ${formatRounded(params[key])}`).join(', ');
}

/** `Trunk of 17 runs: batches 0 to 20, running at 12 (60 %), worker 1, wasm, 2.1 s` */
export function describeBar(bar: StageBar): string {
  const { from, to, taken, engine, worker, seconds } = bar.stage;
  const parts = [
    `batches ${formatCount(from)} to ${formatCount(to)}`,
    stateWords(bar),
    ...(bar.state !== 'running' || worker === null ? [] : [`worker ${worker + 1}`]),
    ...(engine === null ? [] : [engine]),
    ...(seconds === null ? [] : [formatDuration(seconds)]),
    ...(taken === 0
      ? []
      : [`${formatAmount(taken, 'batch', 'batches')} taken from the trunk, where L2 stays within ε`]),
  ];
  return `${stageKind(bar)}: ${parts.join(', ')}`;
}

/** The words on a bar that has room: how many runs the stage has, and which worker trains it. */
export function barWords({ stage: { runs, worker }, state }: StageBar): string {
  const parts = [
    ...(runs.length > 1 ? [`${runs.length} runs`] : []),
    ...(state === 'running' ? [worker === null ? 'running' : `worker ${worker + 1}`] : []),
  ];
  return parts.join(', ');
}

export function stateWords({ state, stage, done }: StageBar): string {
  if (state === 'unreached') return 'not reached: a stage before it diverged';
  if (state === 'running' || (state !== 'complete' && done > 0))
    return `${state} at ${formatCount(stage.batch)} (${formatPercent(done, 0)})`;
  return state;
}
