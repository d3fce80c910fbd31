import type { StageList } from '../../server/http/schemas/stage.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { formatCount, formatPercent } from '../format/number.ts';
import { ProgressBar } from '../parts/progress.tsx';
import { Link } from '../routing/link.tsx';
import type { SeedTree, StageBar } from '../series/stage-tree.ts';
import { phaseWords, stageKind } from '../series/stage-words.ts';

interface StagesRunningProps {
  seeds: SeedTree[];
  trainer: StageList['trainer'];
  sweep: SweepDetail;
}

/** Which worker trains which stage at this moment. */
export function StagesRunning({ seeds, trainer, sweep }: StagesRunningProps) {
  const running = seeds.flatMap(({ seed, running: bars }) => bars.map((bar) => ({ seed, bar })));
  const byWorker = running.sort((a, b) => (a.bar.stage.worker ?? Infinity) - (b.bar.stage.worker ?? Infinity));
  return (
    <section class="card">
      <h2>Running now</h2>
      {running.length === 0 ? (
        <p class="quiet">Nothing trains.</p>
      ) : (
        <>
          {trainer !== null && (
            <p class="small quiet">
              Process {trainer.pid} on {trainer.host}
              {sweep.engine !== null && `, ${sweep.engine}`}
            </p>
          )}
          <div class="scroll running" tabIndex={0} role="region" aria-label="Stages that are being trained">
            <table class="data">
              <thead>
                <tr>
                  <th class="number">Worker</th>
                  <th class="number">Seed</th>
                  <th>Stage</th>
                  <th>Batches</th>
                </tr>
              </thead>
              <tbody>
                {byWorker.map(({ seed, bar }) => (
                  <RunningRow key={bar.stage.id} bar={bar} seed={seed} sweep={sweep} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}

function RunningRow({ bar, seed, sweep }: { bar: StageBar; seed: number; sweep: SweepDetail }) {
  const { runs, from, to, batch, worker } = bar.stage;
  const words = phaseWords(bar);
  return (
    <tr>
      <td class="number">{worker === null ? '–' : worker + 1}</td>
      <td class="number">{seed}</td>
      <td>
        <Link to={runs.length === 1 ? `runs/${runs[0]}` : `sweeps/${sweep.id}/runs?state=running&seed=${seed}`}>
          {stageKind(bar)}
        </Link>
        {words !== '' && <span class="below quiet small">{words}</span>}
      </td>
      <td class="stage-progress numbers">
        <ProgressBar done={batch - from} total={to - from} label={`Batches ${from} to ${to} trained`} />
        {formatCount(batch)} of {formatCount(to)} ({formatPercent(bar.done, 0)})
      </td>
    </tr>
  );
}
