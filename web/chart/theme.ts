import { useEffect, useState } from 'preact/hooks';
import { DARK_PALETTE, LIGHT_PALETTE, type Palette } from './palette.ts';
import { readStored, writeStored } from '../data/stored.ts';

/** What the reader chose; `auto` follows the system. */
export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'cosweep:theme';
const CHANGED = 'cosweep:theme';
const system = matchMedia('(prefers-color-scheme: dark)');

export function readTheme(): Theme {
  const stored = readStored(KEY);
  return stored === 'light' || stored === 'dark' ? stored : 'auto';
}

export function setTheme(theme: Theme): void {
  writeStored(KEY, theme);
  applyTheme(theme);
}

/** The style sheet goes by the attribute, and by the system where there is none. */
export function applyTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  dispatchEvent(new Event(CHANGED));
}

export function usePalette(): Palette {
  const [dark, setDark] = useState(isDark);
  useEffect(() => {
    const follow = () => setDark(isDark());
    system.addEventListener('change', follow);
    addEventListener(CHANGED, follow);
    return () => {
      system.removeEventListener('change', follow);
      removeEventListener(CHANGED, follow);
    };
  }, []);
  return dark ? DARK_PALETTE : LIGHT_PALETTE;
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === undefined ? system.matches : chosen === 'dark';
}
