import type { MachineList, MachineRow, MachineStage } from '../../server/http/schemas/machine.ts';
import type { ServerEvent } from '../../server/http/schemas/event.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { useResource } from '../data/use-resource.ts';
import { formatCount } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { ProgressBar } from '../parts/progress.tsx';
import { Link } from '../routing/link.tsx';
import { machineGroups, type MachineGroup } from '../series/machine-groups.ts';

type Listening = NonNullable<MachineList['listening']>;

/** Workers on other machines: who is there, at what, and who waits for whom. Where nobody lets them train: nothing. */
export function StagesMachines({ sweep }: { sweep: SweepDetail }) {
  const isOpen = sweep.state === 'running' || sweep.state === 'queued';
  const { value } = useResource<MachineList>(isOpen ? 'machines' : null, isAboutMachines);
  if (!isOpen || value === null || value.listening === null) return null;
  const { listening } = value;
  const { machines, waiting } = listening;
  const gone = machines.filter(({ state }) => state === 'gone');
  return (
    <section class="card machines">
      <h2>Machines</h2>
      <p class="small quiet">{headWords(listening, sweep)}</p>
      {machineGroups(machines).map((group) => (
        <Group key={group.bits ?? ''} group={group} sweep={listening.sweep} />
      ))}
      {gone.length === machines.length && (
        <p>
          No worker is there. <code>cosweep worker --join FILE</code> on any machine starts one.
        </p>
      )}
      {listening.sweep === sweep.id && waiting.length > 0 && (
        <ul class="machines-waiting">
          {waiting.map(({ seed, words }) => (
            <li key={seed}>{words.replace(/^s/, 'S')}</li>
          ))}
        </ul>
      )}
      {gone.length > 0 && <Gone machines={gone} />}
    </section>
  );
}

/** Runs too: what a machine has stored moves its bar. */
function isAboutMachines({ kind }: ServerEvent): boolean {
  return kind === 'hello' || kind === 'workers' || kind === 'sweep';
}

function headWords({ head, sweep: trained }: Listening, sweep: SweepDetail): string {
  const others = trained === null || trained === sweep.id ? '' : `, which train ${trained} now`;
  return `Process ${head.pid} on ${head.host} lets workers on other machines train${others}.`;
}

function Group({ group, sweep }: { group: MachineGroup; sweep: string | null }) {
  const { bits, devices, versions, machines } = group;
  return (
    <section class="machine-group">
      <h3>{bits === null ? 'Bits not measured yet' : <>Class {bits}</>}</h3>
      {devices.length > 0 && <p class="small">{devices.join('; ')}</p>}
      {versions.map((words) => (
        <p key={words} class="small quiet">
          {words}
        </p>
      ))}
      <ul class="machine-list">
        {machines.map((machine) => (
          <Machine key={machine.id} machine={machine} sweep={sweep} />
        ))}
      </ul>
    </section>
  );
}

function Machine({ machine, sweep }: { machine: MachineRow; sweep: string | null }) {
  const { host, pid, slots, engine, state, reason, silent, here, trains } = machine;
  return (
    <li class="machine">
      <div>
        <strong>{host}</strong>
        <span class="below small quiet numbers">
          process {pid}, {slots === 1 ? '1 slot' : `${slots} slots`}, {engine}
        </span>
      </div>
      <div>
        {STATES[state]}
        <span class="below small quiet numbers">
          heard {formatDuration(Math.round(silent))} ago, here for {formatDuration(Math.round(here))}
        </span>
      </div>
      <div class="machine-work">
        {trains.map((stage) => (
          <Stage key={stage.stage} stage={stage} sweep={sweep} />
        ))}
        {reason !== null && <span class="small">{reason}</span>}
      </div>
    </li>
  );
}

const STATES: Record<MachineRow['state'], string> = {
  opening: 'opens its engine',
  ready: 'waits for a stage',
  training: 'trains',
  unable: 'cannot train this sweep',
  gone: 'is gone',
};

function Stage({ stage: { seed, from, to, batch, runs }, sweep }: { stage: MachineStage; sweep: string | null }) {
  const [first] = runs;
  return (
    <div class="stage-progress numbers">
      {runs.length === 1 && first !== undefined ? (
        <>
          <Link to={`runs/${first.run}`}>{first.run}</Link> {first.armName}
        </>
      ) : (
        <Link to={`sweeps/${sweep}/runs?state=running&seed=${seed}`}>trunk of {runs.length} runs</Link>
      )}
      , seed {seed}
      <ProgressBar done={batch - from} total={to - from} label={`Batches ${from} to ${to} trained`} />
      <span class="small quiet">
        {formatCount(batch)} of {formatCount(to)}
      </span>
    </div>
  );
}

function Gone({ machines }: { machines: MachineRow[] }) {
  return (
    <details>
      <summary>{machines.length === 1 ? '1 is gone' : `${machines.length} are gone`}</summary>
      <ul class="machines-gone small">
        {machines.map(({ id, host, pid, reason, silent }) => (
          <li key={id}>
            {host} (process {pid}), {formatDuration(Math.round(silent))} ago{reason !== null && `: ${reason}`}
          </li>
        ))}
      </ul>
    </details>
  );
}
