import type { MachineRow, Machines, MachineStage } from '../store/reading/list-machines.ts';
import { toColumns, type Cell } from './columns.ts';
import { toDuration } from './duration.ts';

/** Who is there, a line for each stage that one trains, and which seeds wait for whom. */
export function machinesText({ head, sweep, machines, waiting }: Machines): string {
  const trains = sweep === null ? 'has begun no sweep yet' : `trains ${sweep}`;
  return [
    `Process ${head.pid} on ${head.host} ${trains}`,
    machines.length === 0 ? NOBODY : toColumns(HEAD, machines.flatMap(toRows)),
    ...(waiting.length === 0 ? [] : [waiting.map(({ words }) => words).join('\n')]),
  ].join('\n\n');
}

const NOBODY = 'No worker is there; `cosweep worker --join FILE` on any machine starts one.';

const HEAD = ['HOST', 'PID', 'STATE', 'CLASS', 'ENGINE', 'DEVICE', 'SLOTS', 'HEARD', 'TRAINS', 'BATCH'];

function toRows(machine: MachineRow): Cell[][] {
  const { host, pid, state, bits, engine, device, slots, silent, reason, trains } = machine;
  const who = [host, pid, state, bits, engine, device, slots, `${toDuration(silent)} ago`];
  if (trains.length === 0) return [[...who, reason ?? '', '']];
  return trains.map((stage, place) => [
    ...(place === 0 ? who : who.map(() => '')),
    trainsWords(stage),
    `${stage.batch} of ${stage.to}`,
  ]);
}

function trainsWords({ runs, seed }: MachineStage): string {
  const [{ run, armName } = { run: '', armName: '' }] = runs;
  return runs.length === 1 ? `${run} ${armName} seed ${seed}` : `trunk of ${runs.length} runs, seed ${seed}`;
}
