import { useEffect, useRef, useState } from 'preact/hooks';
import type { LogPiece } from '../../server/http/schemas/log.ts';
import { get, query } from './api.ts';

/** So much of the end of a log is shown, in characters. */
const shownCharacters = 100_000;
const lookMs = 2000;

/** The end of a log. */
export interface LogEnd {
  text: string;
  /** Why the newest look gave nothing. */
  error: Error | null;
}

/**
 * Reads the end of a log, and goes on while it is written and the page is seen.
 *
 * @param path of the log in the API
 * @param bytes that it has
 */
export function useLog(path: string, bytes: number, writing: boolean): LogEnd {
  const [end, setEnd] = useState<LogEnd>({ text: '', error: null });
  const goesOn = useRef(writing);
  goesOn.current = writing;
  useEffect(() => {
    const abort = new AbortController();
    setEnd({ text: '', error: null });
    void follow(path, Math.max(0, bytes - shownCharacters), () => goesOn.current, setEnd, abort.signal);
    return () => abort.abort();
  }, [path]);
  return end;
}

async function follow(
  path: string,
  first: number,
  isWritten: () => boolean,
  show: (end: LogEnd) => void,
  gone: AbortSignal,
): Promise<void> {
  let from = first;
  let text = '';
  for (;;) {
    // Asked first: what is written until it ends is read after it.
    const goesOn = isWritten();
    if (!document.hidden) {
      try {
        for (let more = true; more && !gone.aborted;) {
          const piece = await get<LogPiece>(`${path}${query({ from })}`, gone);
          text = `${text}${leftOutWords(piece)}${piece.text}`.slice(-shownCharacters);
          more = piece.next > from;
          from = piece.next;
        }
        if (!gone.aborted) show({ text, error: null });
      } catch (error) {
        if (!gone.aborted) show({ text, error: error as Error });
      }
    }
    if (!goesOn || gone.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
    if (gone.aborted) return;
  }
}

/** All of a log that is kept. */
export async function readWholeLog(path: string): Promise<Blob> {
  const texts: string[] = [];
  for (let from = 0; ;) {
    const piece = await get<LogPiece>(`${path}${query({ from })}`);
    texts.push(leftOutWords(piece), piece.text);
    if (piece.next === from) return new Blob(texts, { type: 'text/plain' });
    from = piece.next;
  }
}

function leftOutWords({ leftOut }: LogPiece): string {
  return leftOut === 0 ? '' : `\n… ${leftOut} bytes are left out here …\n`;
}
