/** What a reader chooses for all pages of a sweep at once: which runs count, and by which metric. */
const CARRIED = ['filter', 'metric'] as const;

/**
 * An address with what stays from one page of a sweep to the next, and to its runs and back. What the address says
 * itself is left as it says.
 *
 * @param to below the base path: `sweeps/s3/runs?arm=4`
 * @param here the page that is left; `search` is the part of its address from `?` on
 */
export function carryOver(to: string, here: { path: string; search: string }): string {
  const [from, next] = [placeOf(here.path), placeOf(to)];
  if (here.search === '' || from === null || next === null) return to;
  if (from !== RUNS && next !== RUNS && from !== next) return to;
  const [path, own] = to.split('?') as [string, string | undefined];
  const query = new URLSearchParams(own);
  const chosen = new URLSearchParams(here.search);
  for (const name of CARRIED) {
    const value = chosen.get(name);
    if (value !== null && value !== '' && !query.has(name)) query.set(name, value);
  }
  const text = query.toString();
  return text === '' ? to : `${path}?${text}`;
}

const RUNS = 'runs';

/** The sweep that an address is about; `runs` for a page of one run; null for any other. */
function placeOf(address: string): string | null {
  return (
    /^(?:(runs)\/|sweeps\/(s\d+)(?=[/?]|$))/
      .exec(address)
      ?.slice(1)
      .find((part) => part !== undefined) ?? null
  );
}
