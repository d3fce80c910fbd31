import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { formatCount } from '../format/number.ts';

interface FirstOfProps<Item> {
  items: Item[];
  /** Shown until the reader asks for all: each chart costs a moment, and a random search may have hundreds. */
  most: number;
  noun: string;
  children: (shown: Item[]) => ComponentChildren;
}

export function FirstOf<Item>({ items, most, noun, children }: FirstOfProps<Item>) {
  const [all, setAll] = useState(false);
  if (all || items.length <= most) return <>{children(items)}</>;
  return (
    <>
      {children(items.slice(0, most))}
      <p class="more">
        <button type="button" onClick={() => setAll(true)}>
          Show all {formatCount(items.length)} {noun}
        </button>
      </p>
    </>
  );
}
