/** The pages of a sweep, in the order of their tabs. `path` follows the sweep's own address. */
export const SWEEP_TABS = [
  { page: 'sweep', path: '', label: 'Answer' },
  { page: 'runs', path: '/runs', label: 'Runs' },
  { page: 'curves', path: '/curves', label: 'Curves' },
  { page: 'explore', path: '/explore', label: 'Explore' },
  { page: 'table', path: '/table', label: 'Table' },
  { page: 'stages', path: '/stages', label: 'Training' },
  { page: 'probe', path: '/probe', label: 'Probe' },
] as const;
