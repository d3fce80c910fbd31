import { NO_MARK } from '../../sweep/marks.ts';
import { readRunMarks } from '../../store/reading/read-marks.ts';
import { readRun, type RunRecord } from '../../store/reading/read-run.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { Arm } from '../../sweep/arm.ts';
import { effectiveSettings } from '../../sweep/effective.ts';
import { SYMBOLS } from '../../sweep/parameter-names.ts';
import type { RunDetail } from '../schemas/run.ts';
import { readConfusion, readProjection } from './evaluation.ts';
import { toArmItem, toIso, toMetricList } from './list-items.ts';

/** One run as its page shows it; null where there is none. */
export async function readRunDetail(storage: Storage, runId: number): Promise<RunDetail | null> {
  const run = await readRun(storage, runId);
  if (run === null) return null;
  const {
    arm,
    ownMetrics,
    configuration: _,
    evaluated: __,
    attempts: ___,
    artefacts,
    startedAt,
    finishedAt,
    ...rest
  } = run;
  return {
    ...rest,
    mark: readRunMarks(storage, [runId]).get(run.id) ?? NO_MARK,
    arm: arm === null ? null : toArmItem(arm),
    terms: arm === null ? [] : termsOf(arm),
    config: arm === null ? null : { loss: arm.loss, training: arm.training },
    metricList: toMetricList(Object.keys(run.metrics), ownMetrics),
    startedAt: toIso(startedAt),
    finishedAt: toIso(finishedAt),
    evaluations: toEvaluations(artefacts),
    confusion: readConfusion(storage, runId, {}),
    projection: readProjection(storage, runId),
  };
}

function termsOf(arm: Arm): RunDetail['terms'] {
  const { alpha, beta, gamma, N } = effectiveSettings(arm);
  const terms = [
    { metric: 'train/crossEntropy', weight: gamma, symbol: SYMBOLS.gamma, from: 0 },
    { metric: 'train/interClass', weight: alpha, symbol: SYMBOLS.alpha, from: 0 },
    { metric: 'train/truncated', weight: beta, symbol: SYMBOLS.beta, from: N ?? 0 },
  ];
  return terms.filter(({ weight }) => weight > 0);
}

function toEvaluations(artefacts: RunRecord['artefacts']): RunDetail['evaluations'] {
  const batches = [...new Set(artefacts.map(({ batch }) => batch))];
  const has = (batch: number, wanted: string) => artefacts.some((each) => each.batch === batch && each.name === wanted);
  return batches.map((batch) => ({
    batch,
    confusion: has(batch, 'confusion'),
    testConfusion: has(batch, 'test/confusion'),
    projection: has(batch, 'projection'),
  }));
}
