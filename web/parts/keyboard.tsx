import { useEffect, useRef, useState } from 'preact/hooks';
import { carryOver } from '../routing/carried.ts';
import { currentPlace, navigate } from '../routing/location.ts';
import type { PageRoute } from '../routing/route.ts';
import { keyAction, KEYS } from '../routing/keys.ts';
import { readStored, writeStored } from '../data/stored.ts';

const SWITCHED_OFF = 'cosweep:keys-off';

/** Keys for those who do not reach for the mouse, and the list of them behind `?`. */
export function Keyboard({ route }: { route: PageRoute }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOff, setOff] = useState(() => readStored(SWITCHED_OFF) !== null);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      // The list can always be had: else nobody could switch the keys on again.
      if (document.querySelector('dialog[open]') !== null || (isOff && event.key !== '?')) return;
      const action = keyAction(event.key, route);
      if (action === null) return;
      event.preventDefault();
      if (action.kind === 'go') navigate(carryOver(action.to, currentPlace()));
      else if (action.kind === 'help') dialog.current!.showModal();
      else document.querySelector<HTMLElement>('input[type="search"]')?.focus();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [route, isOff]);

  const toggle = (off: boolean): void => {
    setOff(off);
    writeStored(SWITCHED_OFF, off ? '1' : null);
  };
  return (
    <>
      <button type="button" class="theme" aria-label="Keys" title="Keys: ?" onClick={() => dialog.current!.showModal()}>
        ?
      </button>
      <dialog ref={dialog} class="keys" aria-labelledby="keys">
        <h2 id="keys">Keys</h2>
        <dl>
          {KEYS.map(({ keys, what }) => (
            <div key={keys}>
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <label class="check">
          <input type="checkbox" checked={!isOff} onChange={(event) => toggle(!event.currentTarget.checked)} /> Use
          these keys
        </label>
        <form method="dialog" class="actions">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}

/** A letter that is being written is no command. */
function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
