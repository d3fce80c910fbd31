import { useEffect, useState } from 'preact/hooks';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { get } from './api.ts';
import { readStored, writeStored } from './stored.ts';

/** A sweep that somebody is about to start. */
export interface Draft {
  definition: string;
  baseFolder: string;
  engine: string;
}

const EMPTY: Draft = { definition: '', baseFolder: '', engine: 'auto' };
const KEY = 'cosweep:draft';

export interface OwnDraft {
  draft: Draft;
  edit: (change: Partial<Draft>) => void;
  /** It has become a sweep, or is given up. */
  discard: () => void;
  /** Why the sweep that it should begin with cannot be had. */
  error: Error | null;
}

/**
 * The draft of this browser, which outlives a reload of the page.
 *
 * @param from id of a sweep that it begins with instead; the draft from before is lost once this one is edited
 */
export function useDraft(from: string | null): OwnDraft {
  const [draft, setDraft] = useState(() => (from === null ? readDraft() : EMPTY));
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    if (from === null) return;
    const abort = new AbortController();
    get<SweepDetail>(`sweeps/${encodeURIComponent(from)}`, abort.signal).then(
      ({ definition, baseFolder }) => setDraft({ ...EMPTY, definition, baseFolder }),
      (problem: Error) => {
        if (!abort.signal.aborted) setError(problem);
      },
    );
    return () => abort.abort();
  }, [from]);
  const keep = (next: Draft): void => {
    setDraft(next);
    writeDraft(next);
  };
  return { draft, error, edit: (change) => keep({ ...draft, ...change }), discard: () => keep(EMPTY) };
}

/** What is stored may be of another version, or of nobody's making. */
function readDraft(): Draft {
  try {
    const stored = JSON.parse(readStored(KEY) ?? '{}') as Partial<Record<keyof Draft, unknown>>;
    const text = (key: keyof Draft): string => (typeof stored[key] === 'string' ? stored[key] : EMPTY[key]);
    return { definition: text('definition'), baseFolder: text('baseFolder'), engine: text('engine') };
  } catch {
    return EMPTY;
  }
}

function writeDraft(draft: Draft): void {
  writeStored(KEY, draft.definition === '' ? null : JSON.stringify(draft));
}
