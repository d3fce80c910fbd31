import type { PageRoute } from './route.ts';
import { SWEEP_TABS } from './sweep-tabs.ts';

/** What a key does; `go` leads to an address below the base path. */
export type KeyAction = { kind: 'help' } | { kind: 'search' } | { kind: 'go'; to: string };

/** The list of keys, as people read it. */
export const KEYS: readonly { keys: string; what: string }[] = [
  { keys: '?', what: 'this list' },
  { keys: 's', what: 'all sweeps' },
  { keys: 'n', what: 'a new sweep' },
  { keys: '/', what: 'to the search or filter of the page' },
  { keys: `1 … ${SWEEP_TABS.length}`, what: 'the tabs of a sweep, from the left' },
  { keys: 'u', what: 'up: from a page of a sweep to its answer, from there to all sweeps' },
  { keys: 'Esc', what: 'closes this list' },
];

/** null for a key that does nothing on this page. */
export function keyAction(key: string, route: PageRoute): KeyAction | null {
  if (key === '?') return { kind: 'help' };
  if (key === '/') return { kind: 'search' };
  if (key === 's') return { kind: 'go', to: '' };
  if (key === 'n') return { kind: 'go', to: 'new' };
  const sweep = 'sweep' in route ? route.sweep : null;
  if (key === 'u') return { kind: 'go', to: sweep === null || route.page === 'sweep' ? '' : `sweeps/${sweep}` };
  const tab = /^[1-9]$/.test(key) ? SWEEP_TABS[Number(key) - 1] : undefined;
  return sweep === null || tab === undefined ? null : { kind: 'go', to: `sweeps/${sweep}${tab.path}` };
}
