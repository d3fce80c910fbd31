import { useEffect, useState } from 'preact/hooks';
import { darkPalette, lightPalette, type Palette } from './palette.ts';

/** What the reader chose; `auto` follows the system. */
export type Theme = 'auto' | 'light' | 'dark';

const key = 'cosweep:theme';
const changed = 'cosweep:theme';
const system = matchMedia('(prefers-color-scheme: dark)');

export function readTheme(): Theme {
  const stored = readStored();
  return stored === 'light' || stored === 'dark' ? stored : 'auto';
}

export function setTheme(theme: Theme): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // A browser without storage: the choice lasts as long as the page.
  }
  applyTheme(theme);
}

/** The style sheet goes by the attribute, and by the system where there is none. */
export function applyTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  dispatchEvent(new Event(changed));
}

export function usePalette(): Palette {
  const [dark, setDark] = useState(isDark);
  useEffect(() => {
    const follow = () => setDark(isDark());
    system.addEventListener('change', follow);
    addEventListener(changed, follow);
    return () => {
      system.removeEventListener('change', follow);
      removeEventListener(changed, follow);
    };
  }, []);
  return dark ? darkPalette : lightPalette;
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset['theme'];
  return chosen === undefined ? system.matches : chosen === 'dark';
}

function readStored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
