import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type Range,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

/** Up to so many rows are all drawn, so that the browser's own search finds whatever is in them. */
const mostDrawn = 100;

/** A guess at the height of a row that was not drawn yet, in px. */
const usualHeight = 40;

/** Rows that are drawn on either side of those in sight: the tab key finds the next link there. */
const beside = 12;

export interface DrawnRow {
  index: number;
  /** Height of the rows that are left out before it, in px. */
  before: number;
}

/** Which rows of a long table are drawn: those in sight, some on either side, and the one that has the focus. */
export interface VirtualRows {
  /** False where all rows are drawn. */
  isPartial: boolean;
  /** Of the element that scrolls. */
  scroller: RefObject<HTMLDivElement | null>;
  /** Of the element that the rows are in. */
  body: RefObject<HTMLTableSectionElement | null>;
  rows: DrawnRow[];
  /** Height of the rows that are left out at the end, in px. */
  after: number;
  /** For each drawn row, which has its index as `data-index`. */
  measure: (row: HTMLTableRowElement | null) => void;
  /** For `focusin` and `focusout`. */
  follow: (event: FocusEvent) => void;
}

/** @param whole true: all rows are drawn, however many there are */
export function useVirtualRows(count: number, whole: boolean): VirtualRows {
  const isPartial = !whole && count > mostDrawn;
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const focused = useRef<number | null>(null);
  const [, drawAgain] = useReducer((times: number) => times + 1, 0);
  const options = {
    count,
    enabled: isPartial,
    getScrollElement: () => scroller.current,
    estimateSize: () => usualHeight,
    overscan: beside,
    scrollMargin: body.current?.offsetTop ?? 0,
    initialRect: { width: 0, height: 900 },
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    rangeExtractor: (range: Range) => withFocused(defaultRangeExtractor(range), focused.current, count),
    onChange: () => drawAgain(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLDivElement, HTMLTableRowElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  const [follow] = useState(() => (event: FocusEvent) => {
    const row = event.type === 'focusin' ? (event.target as Element).closest('tr') : null;
    focused.current = row === null ? null : Number(row.dataset['index']);
  });
  const common = { isPartial, scroller, body, measure: virtualizer.measureElement, follow };
  if (!isPartial)
    return { ...common, rows: Array.from({ length: count }, (_, index) => ({ index, before: 0 })), after: 0 };
  const items = virtualizer.getVirtualItems();
  const endBefore = (place: number): number => items[place - 1]?.end ?? options.scrollMargin;
  return {
    ...common,
    rows: items.map(({ index, start }, place) => ({ index, before: start - endBefore(place) })),
    after: virtualizer.getTotalSize() + options.scrollMargin - endBefore(items.length),
  };
}

/** A row that is left out would lose the focus. */
function withFocused(indices: number[], focused: number | null, count: number): number[] {
  if (focused === null || focused >= count || indices.includes(focused)) return indices;
  return [...indices, focused].sort((a, b) => a - b);
}
