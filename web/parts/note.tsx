import { useState } from 'preact/hooks';
import type { OwnMark } from '../data/use-mark.ts';
import { focusOnce } from './focus.ts';

/** A note as plain text, and a field to write it in. */
export function Note({ own, what }: { own: OwnMark; what: string }) {
  const [editing, setEditing] = useState(false);
  const { note } = own.mark;
  if (editing) return <NoteField own={own} what={what} close={() => setEditing(false)} />;
  return (
    <>
      {note !== null && (
        <p class="own-note" dir="auto">
          {note}
        </p>
      )}
      <button type="button" class="plain small" onClick={() => setEditing(true)}>
        {note === null ? 'Add a note' : 'Edit the note'}
      </button>
    </>
  );
}

function NoteField({ own, what, close }: { own: OwnMark; what: string; close: () => void }) {
  const [text, setText] = useState(own.mark.note ?? '');
  const [busy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    if (await own.change({ note: text })) close();
    else setBusy(false);
  };
  return (
    <form
      class="note-field"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
      }}
    >
      <textarea
        aria-label={`Note on ${what}`}
        rows={4}
        dir="auto"
        value={text}
        ref={focusOnce}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          Save
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
