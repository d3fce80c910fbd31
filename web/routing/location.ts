import { useEffect, useState } from 'preact/hooks';

export interface Location {
  /** Below the base path, without a leading slash. */
  path: string;
  query: URLSearchParams;
}

const CHANGED = 'cosweep:location';

export function useLocation(): Location {
  const [location, setLocation] = useState(read);
  useEffect(() => {
    const follow = () => setLocation(read());
    addEventListener('popstate', follow);
    addEventListener(CHANGED, follow);
    return () => {
      removeEventListener('popstate', follow);
      removeEventListener(CHANGED, follow);
    };
  }, []);
  return location;
}

/** Goes to a page; its address is relative to the base path. */
export function navigate(address: string): void {
  history.replaceState({ scrolled: scrollY }, '');
  history.pushState(null, '', new URL(address, document.baseURI));
  scrollTo(0, 0);
  dispatchEvent(new Event(CHANGED));
}

/**
 * A choice that belongs to the page's address, so that a link shows what its sender saw. The default is left out of the
 * address.
 */
export function useChoice(name: string, fallback: string): [string, (value: string) => void] {
  const { query } = useLocation();
  return [query.get(name) ?? fallback, (value) => choose({ [name]: value === fallback ? null : value })];
}

/** Several choices in one step of the address; `null` removes one. */
export function choose(values: Record<string, string | null>): void {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  history.replaceState(null, '', address);
  dispatchEvent(new Event(CHANGED));
}

function read(): Location {
  const { path, search } = currentPlace();
  return { path, query: new URLSearchParams(search) };
}

/** The page's address as it is now: its path below the base path, and the part from `?` on. */
export function currentPlace(): { path: string; search: string } {
  const base = new URL(document.baseURI).pathname;
  const { pathname, search } = location;
  return { path: pathname.startsWith(base) ? pathname.slice(base.length) : pathname, search };
}
