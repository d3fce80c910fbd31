import type { SweepDetail } from '../../server/http/schemas/sweep.ts';

/** Whether more of a sweep can be asked for now: not while it trains, and never where its runs came from elsewhere. */
export function isTrainable({ state, engine }: Pick<SweepDetail, 'state' | 'engine'>): boolean {
  return state !== 'running' && state !== 'queued' && engine !== 'imported';
}
