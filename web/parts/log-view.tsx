import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { save } from '../data/save.ts';
import { readWholeLog, useLog } from '../data/use-log.ts';
import { formatBytes } from '../format/number.ts';

interface LogViewProps {
  /** Of the log in the API. */
  path: string;
  bytes: number;
  /** True while it grows: its end is followed. */
  writing: boolean;
  /** Under which it is saved. */
  fileName: string;
}

/** The end of a log as text, whatever it says. */
export function LogView({ path, bytes, writing, fileName }: LogViewProps) {
  const { text, error } = useLog(path, bytes, writing);
  const view = useRef<HTMLPreElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (isAtEnd.current && view.current !== null) view.current.scrollTop = view.current.scrollHeight;
  }, [text]);
  const noteScroll = ({ currentTarget: { scrollTop, clientHeight, scrollHeight } }: { currentTarget: HTMLElement }) =>
    void (isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 4);
  const download = (): void =>
    void readWholeLog(path).then(
      (blob) => save(blob, fileName),
      (reason: Error) => setFailure(reason.message),
    );
  return (
    <>
      <pre
        class="definition"
        tabIndex={0}
        role="region"
        aria-label={`Log ${fileName}`}
        ref={view}
        onScroll={noteScroll}
      >
        {text}
      </pre>
      <p class="small">
        <button type="button" onClick={download}>
          Download
        </button>{' '}
        <span class="quiet">{formatBytes(bytes)}</span>
      </p>
      {(error !== null || failure !== null) && (
        <p class="banner banner-bad" role="alert">
          {error?.message ?? failure}
        </p>
      )}
    </>
  );
}
