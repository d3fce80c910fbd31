import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { StartResponse } from '../../server/http/schemas/start.ts';
import { post } from '../data/api.ts';

interface PostButtonProps<Answer> {
  path: string;
  body?: object;
  kind?: 'primary' | 'danger' | 'plain';
  disabled?: boolean;
  /** What follows an answer; without it the page shows the change by itself. */
  then?: (answer: Answer) => void;
  children: ComponentChildren;
}

/** A button that asks something of the server; a refusal stands beside the button. */
export function PostButton<Answer = StartResponse>({
  path,
  body = {},
  kind = 'primary',
  disabled = false,
  then,
  children,
}: PostButtonProps<Answer>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const act = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    await post<Answer>(path, body).then(then, (problem: Error) => setError(problem.message));
    setBusy(false);
  };
  return (
    <>
      <button type="button" class={kind} disabled={disabled || busy} onClick={() => void act()}>
        {children}
      </button>
      {error !== null && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
    </>
  );
}
