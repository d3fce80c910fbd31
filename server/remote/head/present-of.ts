import type { NotedWorker, NotedWorkers } from '../../runner/workers/remote-workers.ts';
import { steadyNow } from '../../runner/workers/steady-now.ts';
import type { Member, Members } from './member.ts';
import type { RemoteSeating } from './remote-seating.ts';

/** Who is there, and at what; those who are gone at the end. */
export function presentOf(members: Members, seating: RemoteSeating | null): NotedWorkers {
  return {
    sweepId: seating?.sweepId ?? null,
    workers: [
      ...members.list.map((member) => toNoted(member, seating)),
      ...members.gone.map(({ member, why }): NotedWorker => ({ ...describe(member), ...GONE, reason: why })).reverse(),
    ],
    waiting: seating?.waiting() ?? [],
  };
}

const GONE = { state: 'gone', stages: [] } as const;

function toNoted(member: Member, seating: RemoteSeating | null): NotedWorker {
  const stages = seating?.stagesOf(member) ?? [];
  return { ...describe(member), state: stateOf(member, stages, seating), stages, reason: member.unable };
}

function stateOf(member: Member, stages: readonly number[], seating: RemoteSeating | null): NotedWorker['state'] {
  if (stages.length > 0) return 'training';
  // Between two sweeps nothing is to be opened.
  if (seating === null || seating.sweepId === null || member.sweep === seating.id) return 'ready';
  return member.unable === null ? 'opening' : 'unable';
}

function describe(member: Member): Omit<NotedWorker, 'state' | 'stages' | 'reason'> {
  const { id, host, pid, slots, engine, machine, bits, cameAt, heardAt } = member;
  return {
    id,
    host,
    pid,
    slots,
    engine,
    machine,
    bits: bits && bits.name,
    cameAt: steadyNow(cameAt),
    heardAt: steadyNow(heardAt),
  };
}
