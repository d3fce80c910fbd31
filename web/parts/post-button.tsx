import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { StartResponse } from '../../server/http/schemas/start.ts';
import { post } from '../data/api.ts';

interface PostButtonProps {
  path: string;
  body?: object;
  kind?: 'primary' | 'danger';
  disabled?: boolean;
  /** What follows an answer; without it the page shows the change by itself. */
  then?: (answer: StartResponse) => void;
  children: ComponentChildren;
}

/** A button that asks something of a sweep; a refusal stands beside the button. */
export function PostButton({ path, body = {}, kind = 'primary', disabled = false, then, children }: PostButtonProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const act = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    await post<StartResponse>(path, body).then(then, (problem: Error) => setError(problem.message));
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
