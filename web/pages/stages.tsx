import { useMemo, useState } from 'preact/hooks';
import type { ArmItem, Page, RunRow, StageItem, SweepDetail } from '../../server/http/api.ts';
import { query } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { formatAmount, formatCount } from '../format/number.ts';
import { FirstOf } from '../parts/first-of.tsx';
import { Loaded } from '../parts/loaded.tsx';
import { Message } from '../parts/message.tsx';
import { ProgressBar } from '../parts/progress.tsx';
import { SweepFrame } from '../parts/sweep-frame.tsx';
import { Link } from '../routing/link.tsx';
import { countBatches, layoutStageTree, type SeedTree, type StageBar, type StageLane } from '../series/stage-tree.ts';
import { armsLabel, describeBar, savedShare, stageKind, stateWords } from '../series/stage-words.ts';

export function StagesPage({ id }: { id: string }) {
  return <SweepFrame id={id} page="stages">{(sweep) => <Stages sweep={sweep} />}</SweepFrame>;
}

function Stages({ sweep }: { sweep: SweepDetail }) {
  const answer = useResource<{ stages: StageItem[] }>(`sweeps/${sweep.id}/stages`, aboutSweep(sweep.id));
  return (
    <Loaded resource={answer} what="the stage tree">
      {({ stages }) => stages.length === 0
        ? <Message kind="empty" title="No stages yet"><p>They are laid out as soon as the sweep begins to train.</p></Message>
        : <Trees stages={stages} sweep={sweep} />}
    </Loaded>
  );
}

function Trees({ stages, sweep }: { stages: StageItem[]; sweep: SweepDetail }) {
  const seeds = useMemo(() => layoutStageTree(stages), [stages]);
  const running = seeds.flatMap((tree) => tree.running.map((bar) => ({ tree, bar })));
  return (
    <>
      <div class="columns">
        <SavedCard stages={stages} />
        <section class="card">
          <h2>Running now</h2>
          {running.length === 0 ? <p class="quiet">Nothing trains.</p> : (
            <ul class="running small">{running.map(({ tree, bar }) => <li key={bar.stage.id}><RunningStage bar={bar} seed={tree.seed} sweep={sweep} /></li>)}</ul>
          )}
        </section>
      </div>
      <section class="card stage-trees">
        <h2>Stage tree</h2>
        <p class="small quiet">Every bar is a stretch of batches that is trained once. Thick bars are shared by several runs; runs fork at their switch batch N, and where ε separates them.</p>
        <StateLegend />
        <FirstOf items={seeds} most={30} noun="seeds">{(shown) => shown.map((tree, place) => <SeedSection key={tree.seed} tree={tree} sweep={sweep} first={place === 0} />)}</FirstOf>
      </section>
    </>
  );
}

function SavedCard({ stages }: { stages: StageItem[] }) {
  const totals = useMemo(() => countBatches(stages), [stages]);
  const saved = savedShare(totals);
  return (
    <section class="card saved">
      <h2>Saved by sharing</h2>
      <p class="big numbers">{saved === null ? 'Nothing is shared' : saved}{saved !== null && <span class="quiet"> of the batches</span>}</p>
      <ProgressBar done={totals.trained} total={totals.batches} label="Batches of the tree trained" />
      <p class="small numbers">{formatCount(totals.trained)} of {formatCount(totals.batches)} batches trained; with every run on its own it would be {formatCount(totals.unshared)}.</p>
      {totals.mayGrow && <p class="small quiet">The tree grows where ε separates runs that are still one computation.</p>}
    </section>
  );
}

function RunningStage({ bar, seed, sweep }: { bar: StageBar; seed: number; sweep: SweepDetail }) {
  const { stage } = bar;
  const keys = ['beta', 'epsilon', 'N'] as const;
  const inForce = keys.filter((key) => stage.params[key] !== null && stage.params[key] !== 0);
  const words = inForce.map((key) => `${{ beta: 'β', epsilon: 'ε', N: 'N' }[key]} = ${stage.params[key]}`).join(', ');
  return (
    <>
      Seed {seed}: {stageKind(bar)}{words !== '' && ` (${words})`}, {stateWords(bar)} of {formatCount(stage.to)}{stage.engine !== null && ` on ${stage.engine}`}{' '}
      <Link to={stage.runs.length === 1 ? `runs/${stage.runs[0]}` : `sweeps/${sweep.id}/runs?state=running`}>{stage.runs.length === 1 ? stage.runs[0] : formatAmount(stage.runs.length, 'run')}</Link>
    </>
  );
}

const legend = ['complete', 'running', 'waiting', 'diverged', 'failed', 'cancelled'] as const;

function StateLegend() {
  return <ul class="legend">{legend.map((state) => <li key={state}><span class={`stage-swatch stage-${state}`} aria-hidden="true" />{state}</li>)}</ul>;
}

/** What is closed is not laid out in the page: a sweep may have thousands of stages. */
function SeedSection({ tree, sweep, first }: { tree: SeedTree; sweep: SweepDetail; first: boolean }) {
  const [open, setOpen] = useState(first);
  return (
    <details class="seed" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary><strong>Seed {tree.seed}</strong> <span class="small quiet numbers">{formatCount(tree.trained)} of {formatCount(tree.batches)} batches, {formatCount(tree.unshared)} unshared{tree.running.length > 0 && `, ${tree.running.length} running`}</span></summary>
      {open && <SeedLanes tree={tree} sweep={sweep} />}
    </details>
  );
}

function SeedLanes({ tree, sweep }: { tree: SeedTree; sweep: SweepDetail }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const runs = useResource<Page<RunRow>>(`sweeps/${sweep.id}/runs${query({ seed: tree.seed, size: 500 })}`);
  const armsOf = useMemo(() => mapArms(runs.value?.items ?? [], sweep.armList), [runs.value, sweep.armList]);
  const nameOf = ({ stage }: StageBar): string => armsLabel(stage.runs.flatMap((run) => armsOf.get(run) ?? []), sweep.varying) || stage.runs.join(', ');
  const bar = tree.lanes.flat().find(({ stage }) => stage.id === chosen);
  return (
    <>
      <div class="lanes-scale numbers" aria-hidden="true">{tree.ticks.map((batch) => <span key={batch} style={{ left: `${100 * batch / tree.end}%` }}>{formatCount(batch)}</span>)}</div>
      <FirstOf items={tree.lanes} most={150} noun="lanes">
        {(lanes) => <ol class="lanes">{lanes.map((lane) => <Lane key={lane[0]!.stage.id} lane={lane} name={nameOf(lane.at(-1)!)} nameOf={nameOf} chosen={chosen} onChoose={setChosen} />)}</ol>}
      </FirstOf>
      <p class="small stage-words" aria-live="polite">
        {bar === undefined ? <span class="quiet">Choose a bar to read about it.</span> : <>
          {describeBar(bar)}. {nameOf(bar)}. Runs: {bar.stage.runs.slice(0, 40).map((run) => <><Link key={run} to={`runs/${run}`}>{run}</Link> </>)}{bar.stage.runs.length > 40 && '…'}
        </>}
      </p>
    </>
  );
}

interface LaneProps {
  lane: StageLane;
  name: string;
  nameOf: (bar: StageBar) => string;
  chosen: string | null;
  onChoose: (stage: string) => void;
}

function Lane({ lane, name, nameOf, chosen, onChoose }: LaneProps) {
  return (
    <li class="lane">
      <span class="lane-name small" title={name}>{name}</span>
      <div class="lane-track">
        {lane.map((bar) => {
          const { stage, state, left, width, done, up } = bar;
          const words = `${describeBar(bar)}. ${nameOf(bar)}`;
          return (
            <div key={stage.id} class="lane-bar" style={{ left: `${100 * left}%`, width: `${100 * width}%` }}>
              {up > 0 && <span class="lane-fork" style={{ height: `calc(${up} * var(--lane))` }} />}
              <button type="button" class={`stage stage-${state}${stage.runs.length > 1 ? ' stage-shared' : ''}`} title={words} aria-label={words} aria-pressed={stage.id === chosen} onClick={() => onChoose(stage.id)}>
                <span class="stage-done" style={{ width: `${100 * done}%` }} />
                {stage.runs.length > 1 && <span class="stage-count">{stage.runs.length} runs</span>}
              </button>
            </div>
          );
        })}
      </div>
    </li>
  );
}

function mapArms(runs: RunRow[], armList: ArmItem[]): Map<string, ArmItem[]> {
  const arms = new Map<string, ArmItem[]>();
  for (const { id, arm } of runs) arms.set(id, [...(arms.get(id) ?? []), ...armList.filter(({ index }) => index === arm)]);
  return arms;
}
