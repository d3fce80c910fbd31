import { useMemo, useState } from 'preact/hooks';
import type { ArmItem } from '../../server/http/schemas/arm.ts';
import type { RunList, RunRow } from '../../server/http/schemas/run.ts';
import type { StageList } from '../../server/http/schemas/stage.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { formatCount } from '../format/number.ts';
import { FirstOf } from '../parts/first-of.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Message } from '../parts/message.tsx';
import { SweepFrame } from '../parts/sweep-frame.tsx';
import { Link } from '../routing/link.tsx';
import {
  isTaken,
  layoutStageTree,
  pathTo,
  type SeedTree,
  type StageBar,
  type StageLane,
} from '../series/stage-tree.ts';
import { armsLabel, barWords, describeBar } from '../series/stage-words.ts';
import { ExtendForm } from './extend-form.tsx';
import { RunMatrixCard } from './run-matrix.tsx';
import { StagesMachines } from './stages-machines.tsx';
import { StagesRunning } from './stages-running.tsx';
import { StagesSaved } from './stages-saved.tsx';
import { StagesWorkers } from './stages-workers.tsx';

export function StagesPage({ id }: { id: string }) {
  return (
    <SweepFrame id={id} page="stages">
      {(sweep) => (
        <>
          <StagesMachines sweep={sweep} />
          <RunMatrixCard sweep={sweep} />
          <Stages sweep={sweep} />
          <ExtendForm sweep={sweep} />
        </>
      )}
    </SweepFrame>
  );
}

function Stages({ sweep }: { sweep: SweepDetail }) {
  const answer = useResource<StageList>(`sweeps/${sweep.id}/stages`, aboutSweep(sweep.id));
  return (
    <Loaded resource={answer} what="the stage tree">
      {({ stages, trainer }) =>
        stages.length === 0 ? (
          <Message kind="empty" title="No stages yet">
            <p>The stages appear as soon as the sweep begins to train.</p>
          </Message>
        ) : (
          <Trees stages={stages} trainer={trainer} sweep={sweep} />
        )
      }
    </Loaded>
  );
}

function Trees({ stages, trainer, sweep }: StageList & { sweep: SweepDetail }) {
  const seeds = useMemo(() => layoutStageTree(stages), [stages]);
  const firstAtWork = Math.max(
    0,
    seeds.findIndex(({ running }) => running.length > 0),
  );
  return (
    <>
      <div class="columns">
        <StagesSaved stages={stages} />
        <StagesRunning seeds={seeds} trainer={trainer} sweep={sweep} />
      </div>
      <StagesWorkers sweep={sweep} />
      <section class="card stage-trees">
        <h2>Stage tree</h2>
        <p class="small quiet">
          Every bar is a stretch of batches that is trained once. Runs fork at their switch batch N, and where ε
          separates them. As long as L2 stays within ε, a run is the same as its trunk and takes the trunk's batches.
          Choose a bar to read about it and to see the stages that lead to it.
        </p>
        <StageLegend />
        <FirstOf items={seeds} most={30} noun="seeds">
          {(shown) =>
            shown.map((tree, place) => (
              <SeedSection key={tree.seed} tree={tree} sweep={sweep} first={place === firstAtWork} />
            ))
          }
        </FirstOf>
      </section>
    </>
  );
}

const STATES = ['complete', 'running', 'waiting', 'diverged', 'failed', 'cancelled'] as const;

function StageLegend() {
  return (
    <ul class="legend">
      <li>
        <span class="stage-swatch stage-swatch-shared" aria-hidden="true" />
        of several runs
      </li>
      <li>
        <span class="stage-swatch stage-swatch-single" aria-hidden="true" />
        of one run
      </li>
      <li>
        <span class="stage-swatch stage-swatch-taken" aria-hidden="true" />
        taken from the trunk
      </li>
      {STATES.map((state) => (
        <li key={state}>
          <span class={`stage-swatch stage-${state}`} aria-hidden="true" />
          {state}
        </li>
      ))}
    </ul>
  );
}

/** A closed seed is not laid out in the page: a sweep may have thousands of stages. */
function SeedSection({ tree, sweep, first }: { tree: SeedTree; sweep: SweepDetail; first: boolean }) {
  const [open, setOpen] = useState(first);
  return (
    <details class="seed" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <strong>Seed {tree.seed}</strong>{' '}
        <span class="small quiet numbers">
          {formatCount(tree.trained)} of {formatCount(tree.batches)} batches, {formatCount(tree.unshared)} unshared
          {tree.running.length > 0 && `, ${tree.running.length} running`}
        </span>
      </summary>
      {open && <SeedLanes tree={tree} sweep={sweep} />}
    </details>
  );
}

function SeedLanes({ tree, sweep }: { tree: SeedTree; sweep: SweepDetail }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const runs = useResource<RunList>(`sweeps/${sweep.id}/runs${query({ seed: tree.seed, size: 500 })}`);
  const armsOf = useMemo(() => mapArms(runs.value?.items ?? [], sweep.armList), [runs.value, sweep.armList]);
  const nameOf = ({ stage }: StageBar): string =>
    armsLabel(
      stage.runs.flatMap((run) => armsOf.get(run) ?? []),
      sweep.varying,
    ) || stage.runs.join(', ');
  const bar = tree.lanes.flat().find(({ stage }) => stage.id === chosen);
  const path = useMemo(() => pathTo(tree.lanes, chosen), [tree, chosen]);
  const choose = (stage: string): void => setChosen(stage === chosen ? null : stage);
  return (
    <>
      <div class="lanes-scale numbers" aria-hidden="true">
        {tree.ticks.map((batch) => (
          <span key={batch} style={{ left: `${(100 * batch) / tree.end}%` }}>
            {formatCount(batch)}
          </span>
        ))}
      </div>
      <FirstOf items={tree.lanes} most={150} noun="lanes">
        {(lanes) => (
          <ol class={bar === undefined ? 'lanes' : 'lanes lanes-chosen'}>
            {lanes.map((lane) => (
              <Lane
                key={lane[0]!.stage.id}
                lane={lane}
                name={nameOf(lane.at(-1)!)}
                nameOf={nameOf}
                chosen={chosen}
                path={path}
                onChoose={choose}
              />
            ))}
          </ol>
        )}
      </FirstOf>
      <p class="small stage-words" aria-live="polite">
        {bar !== undefined && (
          <>
            {describeBar(bar)}. {nameOf(bar)}. Runs:{' '}
            {bar.stage.runs.slice(0, 40).map((run) => (
              <>
                <Link key={run} to={`runs/${run}`}>
                  {run}
                </Link>{' '}
              </>
            ))}
            {bar.stage.runs.length > 40 && '…'}
          </>
        )}
      </p>
    </>
  );
}

interface LaneProps {
  lane: StageLane;
  name: string;
  nameOf: (bar: StageBar) => string;
  chosen: string | null;
  /** The chosen stage and the stages that lead to it. */
  path: Set<string>;
  onChoose: (stage: string) => void;
}

function Lane({ lane, name, nameOf, chosen, path, onChoose }: LaneProps) {
  return (
    <li class="lane">
      <span class="lane-name small" title={name}>
        {name}
      </span>
      <div class="lane-track">
        {lane.map((bar) => {
          const { stage, state, left, width, done, up } = bar;
          const words = `${describeBar(bar)}. ${nameOf(bar)}`;
          return (
            <div key={stage.id} class="lane-bar" style={{ left: `${100 * left}%`, width: `${100 * width}%` }}>
              {up > 0 && <span class="lane-fork" style={{ height: `calc(${up} * var(--lane))` }} />}
              <button
                type="button"
                class={stageClasses(bar, path)}
                title={words}
                aria-label={words}
                aria-pressed={stage.id === chosen}
                onClick={() => onChoose(stage.id)}
              >
                <span class="stage-done" style={{ width: `${100 * done}%` }} />
                {(stage.runs.length > 1 || state === 'running') && <span class="stage-count">{barWords(bar)}</span>}
              </button>
            </div>
          );
        })}
      </div>
    </li>
  );
}

function stageClasses({ stage, state }: StageBar, path: Set<string>): string {
  const classes = ['stage', `stage-${state}`];
  if (stage.runs.length > 1) classes.push('stage-shared');
  if (isTaken(stage)) classes.push('stage-taken');
  if (path.has(stage.id)) classes.push('stage-path');
  return classes.join(' ');
}

function mapArms(runs: RunRow[], armList: ArmItem[]): Map<string, ArmItem[]> {
  const arms = new Map<string, ArmItem[]>();
  for (const { id, arm } of runs)
    arms.set(id, [...(arms.get(id) ?? []), ...armList.filter(({ index }) => index === arm)]);
  return arms;
}
