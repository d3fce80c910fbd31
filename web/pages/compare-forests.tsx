import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ComparisonResponse } from '../../server/http/schemas/comparison.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import type { Forest, Verdict } from '../../server/http/schemas/verdict.ts';
import { query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { ExportMenu } from '../parts/export-menu.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Link } from '../routing/link.tsx';
import { sharedScale, type Scale } from '../series/forest.ts';
import { ForestPlot } from './forest-plot.tsx';
import { ConfirmationTest } from './sweep-confirmation.tsx';

type Compared = ComparisonResponse['data']['sweeps'][number];

interface ForestsProps {
  sweeps: Compared[];
  metric: string;
  at: string;
}

/** What each sweep answers, with its forest plot; all plots have one scale. */
export function CompareForests({ sweeps, metric, at }: ForestsProps) {
  const [known, setKnown] = useState<Record<string, Forest>>({});
  const learn = useCallback((id: string, forest: Forest) => setKnown((before) => ({ ...before, [id]: forest })), []);
  const panels = sweeps.flatMap(({ id, label }) => (known[id] === undefined ? [] : [{ label, forest: known[id] }]));
  const scale = panels.length === 0 ? undefined : sharedScale(panels.map(({ forest }) => forest));
  return (
    <>
      {sweeps.map((sweep) => (
        <Panel key={sweep.id} sweep={sweep} question={query({ metric, at })} scale={scale} learn={learn} />
      ))}
      {panels.length > 1 && (
        <p class="small">
          All of them as one figure:{' '}
          <ExportMenu
            figure={async () => (await import('../figure/sweep-figures.ts')).forestsFigure(panels, metric)}
            name={`${sweeps.map(({ id }) => id).join('-')}-forests`}
          />
        </p>
      )}
    </>
  );
}

interface PanelProps {
  sweep: Compared;
  question: string;
  scale: Scale | undefined;
  learn: (id: string, forest: Forest) => void;
}

function Panel({ sweep: { id, name, label }, question, scale, learn }: PanelProps) {
  const sweep = useResource<SweepDetail>(`sweeps/${id}`, aboutSweep(id));
  return (
    <section class="card answer-of" aria-label={`Answer of ${label}`}>
      <h2>
        <Link to={`sweeps/${id}`}>
          <bdi>{label}</bdi>
        </Link>{' '}
        {label !== name && (
          <span class="quiet">
            <bdi>{name}</bdi>
          </span>
        )}
      </h2>
      <Loaded resource={sweep} what={`sweep ${id}`}>
        {(detail) =>
          detail.confirms === null ? (
            <Answer id={id} question={question} scale={scale} learn={learn} />
          ) : (
            <ConfirmationTest sweep={detail} />
          )
        }
      </Loaded>
    </section>
  );
}

function Answer({ id, question, scale, learn }: Omit<PanelProps, 'sweep'> & { id: string }) {
  const answer = useResource<Verdict>(`sweeps/${id}/verdict${question}`, aboutSweep(id));
  const forest = answer.value?.forest;
  useEffect(() => {
    if (forest !== undefined) learn(id, forest);
  }, [forest]);
  return (
    <Loaded resource={answer} what={`the answer of ${id}`}>
      {({ sentence, forest: own, metric }) => (
        <>
          <p>{sentence}</p>
          <ForestPlot forest={own} sweep={id} metric={metric} scale={scale} />
        </>
      )}
    </Loaded>
  );
}
