import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface AskProps {
  question: string;
  /** What the button says that does it. */
  yes: string;
  act: () => Promise<unknown>;
  close: () => void;
  children?: ComponentChildren;
}

/** Asks before something is done that is not easily undone. Escape is a no; a refusal is shown, and it stays open. */
export function Ask({ question, yes, act, close, children }: AskProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    await act().then(
      () => dialog.current?.close(),
      (problem: Error) => {
        setError(problem.message);
        setBusy(false);
      },
    );
  };
  return (
    <dialog ref={dialog} class="ask" onClose={close} aria-label={question}>
      <h2>{question}</h2>
      {children}
      {error !== null && (
        <p class="problem" role="alert">
          {error}
        </p>
      )}
      <div class="actions">
        <button type="button" class="danger" disabled={busy} onClick={() => void confirm()}>
          {yes}
        </button>
        <button type="button" autofocus onClick={() => dialog.current!.close()}>
          No
        </button>
      </div>
    </dialog>
  );
}

interface AskButtonProps extends Omit<AskProps, 'close'> {
  kind?: 'danger' | 'plain';
  /** What the button says that asks. */
  label: string;
}

export function AskButton({ kind = 'danger', label, ...rest }: AskButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class={kind} onClick={() => setOpen(true)}>
        {label}
      </button>
      {open && <Ask {...rest} close={() => setOpen(false)} />}
    </>
  );
}
