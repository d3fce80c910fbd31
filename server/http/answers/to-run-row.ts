import type { ListedRun as StoredRunRow } from '../../store/reading/list-runs.ts';
import type { RunRow } from '../api.ts';
import { toIso } from './to-iso.ts';

export function toRunRow({ ablation: _, startedAt, finishedAt, ...rest }: StoredRunRow): RunRow {
  return { ...rest, startedAt: toIso(startedAt), finishedAt: toIso(finishedAt) };
}
