import { useEffect, useState } from 'preact/hooks';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { get } from './api.ts';
import { readStored, writeStored } from './stored.ts';

/** A sweep that somebody is about to start. */
export interface Draft {
  definition: string;
  baseFolder: string;
  engine: string;
  keepWeights: string;
}

const EMPTY: Draft = { definition: '', baseFolder: '', engine: 'auto', keepWeights: 'all' };
const KEY = 'cosweep:draft';

export interface OwnDraft {
  draft: Draft;
  /** False while the draft is what it began with. */
  isEdited: boolean;
  edit: (change: Partial<Draft>) => void;
  /** It has become a sweep, or is given up: what it began with is left. */
  discard: () => void;
  /** Why the sweep that it should begin with cannot be had. */
  error: Error | null;
}

/**
 * The draft of this browser, which outlives a reload of the page. A clone's is that clone's alone.
 *
 * @param from id of a sweep that it begins with; the draft from before is lost once this one is edited
 */
export function useDraft(from: string | null): OwnDraft {
  const [begun, setBegun] = useState(EMPTY);
  const [draft, setDraft] = useState(() => (from === null ? (readDraft(EMPTY.definition) ?? EMPTY) : EMPTY));
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    if (from === null) return;
    const abort = new AbortController();
    get<SweepDetail>(`sweeps/${encodeURIComponent(from)}`, abort.signal).then(
      ({ definition, baseFolder }) => {
        const cloned = { ...EMPTY, definition, baseFolder };
        setBegun(cloned);
        setDraft(readDraft(definition) ?? cloned);
      },
      (problem: Error) => {
        if (!abort.signal.aborted) setError(problem);
      },
    );
    return () => abort.abort();
  }, [from]);
  const isEdited = !isSame(draft, begun);
  const keep = (next: Draft): void => {
    setDraft(next);
    writeDraft(next, begun);
  };
  return {
    draft,
    isEdited,
    error,
    edit: (change) => keep({ ...draft, ...change }),
    discard: () => {
      if (isEdited) keep(begun);
    },
  };
}

/** What is stored: the draft, and the definition that it began with. */
type StoredDraft = Draft & { begun: string };

/**
 * What is stored may be of another version, or of nobody's making.
 *
 * @param begun the definition that the draft began with, which names a clone better than the number of its sweep: the
 *   next database has such a number too
 * @returns null where no such draft is stored
 */
function readDraft(begun: string): Draft | null {
  try {
    const stored = JSON.parse(readStored(KEY) ?? 'null') as Partial<Record<keyof StoredDraft, unknown>> | null;
    if (stored?.begun !== begun) return null;
    const text = (key: keyof Draft): string => (typeof stored[key] === 'string' ? stored[key] : EMPTY[key]);
    return Object.fromEntries(KEYS.map((key) => [key, text(key)])) as unknown as Draft;
  } catch {
    return null;
  }
}

function writeDraft(draft: Draft, begun: Draft): void {
  const stored: StoredDraft = { ...draft, begun: begun.definition };
  writeStored(KEY, isSame(draft, begun) ? null : JSON.stringify(stored));
}

const KEYS = Object.keys(EMPTY) as (keyof Draft)[];

function isSame(draft: Draft, other: Draft): boolean {
  return KEYS.every((key) => draft[key] === other[key]);
}
