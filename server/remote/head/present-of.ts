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
      ...[...members.gone].reverse().map(({ member, why }) => toGone(member, why, seating)),
    ],
    waiting: seating?.waiting() ?? [],
  };
}

function toNoted(member: Member, seating: RemoteSeating | null): NotedWorker {
  const stages = seating?.stagesOf(member) ?? [];
  return { ...describe(member, seating), state: stateOf(member, stages, seating), stages, reason: member.unable };
}

function stateOf(member: Member, stages: readonly number[], seating: RemoteSeating | null): NotedWorker['state'] {
  if (stages.length > 0) return 'training';
  // Between two sweeps nothing is to be opened.
  if (seating === null || seating.sweepId === null || member.sweep === seating.id) return 'ready';
  return member.unable === null ? 'opening' : 'unable';
}

function toGone(member: Member, why: string, seating: RemoteSeating | null): NotedWorker {
  return { ...describe(member, seating), state: 'gone', stages: [], reason: why };
}

/** What it computes on, and which bits, is of the sweep that it has opened its engine for. */
function describe(member: Member, seating: RemoteSeating | null): Omit<NotedWorker, 'state' | 'stages' | 'reason'> {
  const { id, host, pid, slots, cameAt, heardAt } = member;
  const isOpen = seating !== null && member.sweep === seating.id;
  return {
    id,
    host,
    pid,
    slots,
    engine: isOpen ? seating.engine : (member.engine ?? 'none'),
    machine: isOpen ? member.machine : null,
    bits: isOpen ? (member.bits?.name ?? null) : null,
    cameAt: steadyNow(cameAt),
    heardAt: steadyNow(heardAt),
  };
}
