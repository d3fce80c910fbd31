import type { Figure } from '../../../web/figure/figure.ts';
import {
  curvesFigure,
  differencesFigure,
  forestFigure,
  mapFigure,
  slicesFigure,
} from '../../../web/figure/sweep-figures.ts';
import { metricsOfPairs, pairCurves } from '../../report/picture/pair-curves.ts';
import { parseSweepId } from '../../store/database/ids.ts';
import { readResults } from '../../store/reading/read-results.ts';
import type { SweepRecord } from '../../store/reading/read-sweep.ts';
import type { Storage } from '../../store/database/storage.ts';
import type { SweepResults } from '../../sweep/results.ts';
import { UserError } from '../../sweep/user-error.ts';
import { thinPairs } from '../thin-pairs.ts';
import { readConfirmed } from './confirmation.ts';
import { factorsOf } from './factors.ts';
import { toArmItem } from './list-items.ts';
import { varyingParams } from './sweep-detail.ts';
import { readVerdict, smallestEffectOf } from './verdict.ts';

/** The figures of a sweep by name: what the answer rests on, what it depends on, the differences and arms by batch. */
export const FIGURES = ['forest', 'slices', 'map', 'differences', 'curves'] as const;
export type FigureName = (typeof FIGURES)[number];

export interface FigureQuestion {
  /** Default: the sweep's own. */
  metric?: string | undefined;
  at?: 'last' | 'best' | undefined;
}

type Read = (metrics: string[]) => SweepResults;

/**
 * A figure of a sweep, ready to be drawn.
 *
 * @throws UserError where there is nothing to draw, or no such metric
 */
export async function readFigure(
  storage: Storage,
  sweep: SweepRecord,
  name: FigureName,
  { metric = sweep.metric.name, at }: FigureQuestion,
  read: Read = (metrics) => readResults(storage, parseSweepId(sweep.id)!, metrics)!,
): Promise<Figure> {
  const figure = await makeFigure(storage, sweep, name, { metric, at }, read);
  if (figure === null || figure.panels.every((panel) => panel.rows().length === 0))
    throw new UserError(
      `Cannot draw the figure "${name}" of ${sweep.id}: no pair of runs has a value of ${metric} yet; ` +
        'wanted a run and its control with the same seed',
    );
  return figure;
}

async function makeFigure(
  storage: Storage,
  sweep: SweepRecord,
  name: FigureName,
  { metric, at }: { metric: string; at: FigureQuestion['at'] },
  read: Read,
): Promise<Figure | null> {
  if (name === 'forest') {
    const confirmed = readConfirmed(storage, sweep);
    if (confirmed !== null)
      throw new UserError(
        `Cannot draw the figure "forest" of ${sweep.id}: it confirms an arm of ${confirmed.sweep}, ` +
          `whose figure shows it; wanted ${confirmed.sweep}`,
      );
    return forestFigure(await readVerdict(storage, sweep, { metric, at }, read));
  }
  if (name === 'slices' || name === 'map') {
    const question = { metric, at: at ?? 'last', smallestEffect: smallestEffectOf(sweep, metric) };
    const shown = factorsOf(read([metric]), sweep.definition, question);
    return name === 'slices' ? slicesFigure(shown) : mapFigure(shown);
  }
  const pairs = thinPairs(pairCurves(read(metricsOfPairs(metric)), metric, at ?? 'last'));
  if (name === 'differences') return differencesFigure(pairs);
  const armList = sweep.armList.map(toArmItem);
  return curvesFigure(pairs, { armList, varying: varyingParams(armList) });
}
