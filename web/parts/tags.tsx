import { useId, useState } from 'preact/hooks';
import type { TagList } from '../../server/http/schemas/mark.ts';
import type { OwnMark } from '../data/use-mark.ts';
import { useResource } from '../data/use-resource.ts';
import { focusOnce } from './focus.ts';

/** Tags as they stand in a row of a table. */
export function Tags({ tags }: { tags: string[] }) {
  return (
    <>
      {tags.map((tag) => (
        <span key={tag} class="chip">
          <bdi>{tag}</bdi>
        </span>
      ))}
    </>
  );
}

/** Tags that can be taken away, and a field for another one. */
export function TagEditor({ own, what }: { own: OwnMark; what: string }) {
  const [adding, setAdding] = useState(false);
  return (
    <span class="tag-editor">
      {own.mark.tags.map((tag) => (
        <span key={tag} class="chip">
          <bdi>{tag}</bdi>
          <button
            type="button"
            class="chip-remove"
            aria-label={`Take the tag ${tag} away from ${what}`}
            onClick={() => void own.change({ remove: [tag] })}
          >
            ×
          </button>
        </span>
      ))}
      {adding ? (
        <TagField own={own} what={what} close={() => setAdding(false)} />
      ) : (
        <button type="button" class="plain small" onClick={() => setAdding(true)}>
          Add a tag
        </button>
      )}
    </span>
  );
}

function TagField({ own, what, close }: { own: OwnMark; what: string; close: () => void }) {
  const [text, setText] = useState('');
  const known = useResource<TagList>('tags');
  const list = useId();
  const save = async (): Promise<void> => {
    if (text.trim() === '' || (await own.change({ add: [text] }))) close();
  };
  return (
    <form
      class="tag-field"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <input
        type="text"
        aria-label={`New tag of ${what}`}
        list={list}
        maxLength={64}
        value={text}
        ref={focusOnce}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <datalist id={list}>
        {known.value?.tags.map((tag) => (
          <option key={tag} value={tag} />
        ))}
      </datalist>
      <button type="submit">Add</button>
    </form>
  );
}
