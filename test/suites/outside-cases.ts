import { definition } from '../http/plan-text.ts';

/**
 * How each command is tried on a database that something is wrong with. `always`: it works on what is stored.
 * `opening`: it would train or serve where the database opens. `never`: it does not look at a database.
 */
export const COMMANDS: Record<string, { args: string[]; when: 'always' | 'opening' | 'never' }[]> = {
  demo: [{ args: ['demo'], when: 'never' }],
  plan: [{ args: ['plan', 'definition.json'], when: 'never' }],
  probe: [{ args: ['probe', 'definition.json'], when: 'opening' }],
  run: [
    { args: ['run', 's1', '--no-wait'], when: 'always' },
    { args: ['run', 'definition.json', '--no-wait'], when: 'always' },
    { args: ['run', 's1', '--no-wait', '--keep-weights', 'best'], when: 'always' },
  ],
  confirm: [{ args: ['confirm', 's1', '--arm', '0', '--no-wait'], when: 'always' }],
  extend: [{ args: ['extend', 's1', '--seeds', '8', '--no-wait'], when: 'always' }],
  promote: [{ args: ['promote', 's1', '--seeds', '3', '--no-wait'], when: 'always' }],
  import: [{ args: ['import', 'results.csv'], when: 'always' }],
  split: [{ args: ['split', 'definition.json', '--shards', '2', '--out', 'parts'], when: 'never' }],
  merge: [{ args: ['merge', 'all.db', 'cosweep.db'], when: 'never' }],
  serve: [{ args: ['serve', '--port', '0'], when: 'opening' }],
  list: [{ args: ['list'], when: 'always' }],
  show: [
    { args: ['show', 's1'], when: 'always' },
    { args: ['show', 'r1'], when: 'always' },
    { args: ['show', 'r1', '--log'], when: 'always' },
  ],
  export: [
    { args: ['export', 's1'], when: 'always' },
    { args: ['export', 'latest', '--format', 'json', '--metric', 'val/crossEntropy', '--ids'], when: 'always' },
    { args: ['export', 's1', '--out', 'table.md'], when: 'always' },
    { args: ['export', 's1', '--format', 'parquet', '--out', 'tables'], when: 'always' },
    { args: ['export', 's1', '--format', 'tensorboard', '--out', 'events'], when: 'always' },
  ],
  sync: [{ args: ['sync', 's1', '--to', 'mlflow', 'http://127.0.0.1:2'], when: 'always' }],
  figure: [{ args: ['figure', 's1', 'forest', '--out', 'forest.svg'], when: 'always' }],
  report: [{ args: ['report', 's1', '--out', 'report.html'], when: 'always' }],
  runs: [{ args: ['runs', 'two-betas'], when: 'always' }],
  diff: [{ args: ['diff', 'r1', 'r2'], when: 'always' }],
  curves: [
    { args: ['curves', 's1'], when: 'always' },
    { args: ['curves', 'r2', '--format', 'json'], when: 'always' },
  ],
  weights: [
    { args: ['weights', 'r1', '--out', 'weights'], when: 'always' },
    { args: ['weights', 'r1', '--format', 'safetensors', '--out', 'w.safetensors'], when: 'always' },
  ],
  worker: [{ args: ['worker', '--join', 'join.json'], when: 'never' }],
  workers: [
    { args: ['workers'], when: 'always' },
    { args: ['workers', '--json'], when: 'always' },
  ],
  cancel: [{ args: ['cancel', 's1'], when: 'always' }],
  retry: [{ args: ['retry', 's1', '--no-wait'], when: 'always' }],
  clone: [{ args: ['clone', 's1'], when: 'always' }],
  tag: [{ args: ['tag', 's1', '+paper'], when: 'always' }],
  note: [{ args: ['note', 'r1', 'odd'], when: 'always' }],
  star: [{ args: ['star', 's1', '--arm', '1'], when: 'always' }],
  unstar: [{ args: ['unstar', 's1'], when: 'always' }],
  rename: [{ args: ['rename', 's1', 'mine'], when: 'always' }],
  archive: [{ args: ['archive', 's1'], when: 'always' }],
  unarchive: [{ args: ['unarchive', 's1'], when: 'always' }],
  rm: [{ args: ['rm', 's1', '--yes'], when: 'always' }],
  doctor: [{ args: ['doctor'], when: 'never' }],
  engine: [
    { args: ['engine'], when: 'never' },
    { args: ['engine', 'check', 'definition.json'], when: 'never' },
  ],
  datasets: [{ args: ['datasets'], when: 'never' }],
  model: [{ args: ['model', 'import', 'definition.json'], when: 'never' }],
  python: [{ args: ['python', 'python'], when: 'never' }],
};

/** How each route is asked, by its method and path; of the others the path alone is asked, for sweep 1 or run 1. */
export const QUERIES: Record<string, string> = {
  'get /curves': '?runs=r1,r2&metric=val/accuracy,train/total',
  'get /sweeps/:id/curves': '?arms=0,1',
  'get /comparison': '?sweeps=s1,s2',
  'get /runs/:id/diff': '?with=r2',
  'get /sweeps/:id/ablation': '?format=json&metric=val/accuracy&metric=val/crossEntropy&ids=true',
};

export const BODIES: Record<string, object> = {
  'post /sweeps': { definition: JSON.stringify({ ...definition, name: 'another' }) },
  'post /plan': { definition: JSON.stringify(definition) },
  'post /sweeps/:id/confirm': { arm: 0, seeds: 3 },
  'post /sweeps/:id/promote': { seeds: 3 },
  'post /sweeps/:id/extend': { seeds: 8 },
  'post /sweeps/:id/extension': { seeds: 8 },
  'post /sweeps/:id/mark': { star: true, add: ['paper'], note: 'odd' },
  'post /sweeps/:id/rename': { name: 'mine' },
  'post /sweeps/:id/archive': { archived: true },
};
