/** Every page by its address below the base path. */
export type PageRoute =
  | { page: 'sweeps' }
  | { page: 'new' }
  | { page: 'sweep' | 'runs' | 'curves' | 'explore' | 'table' | 'stages' | 'probe'; sweep: string }
  | { page: 'arm'; sweep: string; arm: number }
  | { page: 'run'; run: string }
  | { page: 'compare' }
  | { page: 'doctor' }
  | { page: 'unknown'; path: string };

const SWEEP_PAGES = ['runs', 'curves', 'explore', 'table', 'stages', 'probe'] as const;

/** `sweeps/s3/curves` → the curves of sweep s3; `compare` is what links of older versions call them. */
export function parseRoute(path: string): PageRoute {
  const [first, second, third, ...more] = path.split('/').filter((segment) => segment !== '');
  if (first === undefined) return { page: 'sweeps' };
  if (first === 'new' && second === undefined) return { page: 'new' };
  if (first === 'compare' && second === undefined) return { page: 'compare' };
  if (first === 'doctor' && second === undefined) return { page: 'doctor' };
  if (first === 'runs' && isId('r', second) && third === undefined) return { page: 'run', run: second };
  if (first === 'sweeps' && second === undefined) return { page: 'sweeps' };
  if (first === 'sweeps' && isId('s', second) && third === 'arms' && /^[0-9]{1,7}$/.test(more.join('/')))
    return { page: 'arm', sweep: second, arm: Number(more[0]) };
  if (first === 'sweeps' && isId('s', second) && more.length === 0) {
    if (third === undefined) return { page: 'sweep', sweep: second };
    if (third === 'compare') return { page: 'curves', sweep: second };
    const page = SWEEP_PAGES.find((each) => each === third);
    if (page !== undefined) return { page, sweep: second };
  }
  return { page: 'unknown', path };
}

function isId(letter: string, text: string | undefined): text is string {
  return text !== undefined && new RegExp(`^${letter}[0-9]+$`).test(text);
}
