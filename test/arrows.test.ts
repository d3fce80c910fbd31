import { builtinModules } from 'node:module';
import { describe, expect, it } from 'vitest';
import { findCircles, layerOf, readImports, type Import } from './helpers/imports.ts';

/** The table of rooms: what each may import of the others. */
const ROOMS: Record<string, string[]> = {
  'server/sweep': [],
  'server/training': ['server/sweep'],
  'server/store': ['server/sweep'],
  'server/runner': ['server/sweep', 'server/training', 'server/store'],
  'server/remote': ['server/sweep', 'server/training', 'server/store', 'server/runner'],
  'server/report': ['server/sweep'],
  'server/tensorboard': [],
  'server/imports': ['server/sweep', 'server/tensorboard'],
  'server/export': ['server/sweep', 'server/store', 'server/tensorboard'],
  'server/wandb': ['server/sweep'],
  'server/http': ['server/sweep', 'server/store', 'server/report', 'web'],
  'server/cli': [
    'server/sweep',
    'server/training',
    'server/store',
    'server/runner',
    'server/remote',
    'server/report',
    'server/tensorboard',
    'server/imports',
    'server/export',
    'server/wandb',
    'server/http',
    'web',
  ],
  web: ['server/http', 'server/sweep'],
};

/**
 * The inner rooms, from bottom to top: a file imports from its own line and from those above it in this list. A name is
 * a folder, or a file on top of the room; `*` is every other file there: the words that the whole room uses.
 */
const LAYERS: Record<string, string[]> = {
  'server/sweep': ['*', 'network', 'keras', 'schema', 'space', 'filter', 'problems', 'definition', 'plan'],
  'server/store': ['generated', 'database', 'reading', 'sweeps', 'training', 'imports', 'merging'],
  'server/runner': [
    'logs',
    'programs',
    '*',
    'usage',
    'checkpoints',
    'merging',
    'workers',
    'order',
    'exactness',
    'forecast',
    'sweep-work.ts',
    'deliveries',
    'audits',
    'loops',
    'begin-sweep.ts',
    'end-sweep.ts',
    'train-sweep.ts',
    'run-sweep.ts',
    'run-queue.ts',
  ],
  'server/remote': ['*', 'blobs', 'broker', 'launch', 'messages', 'queues', 'head', 'worker'],
  'server/http': [
    'parameters.ts',
    'schemas',
    'decimate.ts',
    'thin-pairs.ts',
    'answers',
    '*',
    'handlers',
    'routes.ts',
    'processes',
    'app.ts',
    'server.ts',
  ],
  'server/export': ['*', 'parquet', 'tensorboard', 'mlflow'],
  'server/report': [
    '*',
    'statistics',
    'curves',
    'table',
    'compare',
    'formats',
    'picture',
    'probe',
    'confirm',
    'factors',
    'verdict',
    'document',
  ],
};

/** A folder as a permission: besides its own room, these alone may import from it. */
const PERMISSIONS: [string, string[]][] = [
  // Everything in it needs the lease.
  ['server/store/training', ['server/runner']],
];

/** Packages that one room alone may know, so that they can be replaced there. */
const PACKAGE_ROOMS: [RegExp, string][] = [
  [/^(@prisma\/|better-sqlite3)/, 'server/store'],
  [/^@tensorflow\//, 'server/training'],
  [/^express$/, 'server/http'],
  [/^(bullmq|ioredis|pg)$/, 'server/remote'],
];

const PURE_PACKAGES = /^(zod|jsonc-parser|@noble\/hashes\/.*)$/;

const imports = readImports(Object.keys(ROOMS));

const roomOf = (target: string) => Object.keys(ROOMS).find((room) => target.startsWith(`${room}/`));

/** What a failure shows: the import and the rule that it breaks. */
const breaking = (rule: (wrong: Import) => string) => (wrong: Import) =>
  `${wrong.file} → ${wrong.target}: ${rule(wrong)}`;

describe('arrows between rooms', () => {
  it('sees the imports', () => {
    // were the pattern that finds them wrong, every rule would hold
    const sees = (from: string, to: string) => imports.some(({ file, target }) => file === from && target === to);
    expect(sees('server/sweep/plan/plan-sweep.ts', 'server/sweep/stage-tree.ts')).toBe(true);
    expect(imports.some(({ target }) => target === 'zod')).toBe(true);
    expect(imports.filter(({ target }) => roomOf(target) === 'server/sweep').length).toBeGreaterThan(50);
  });

  it('point the one way', () => {
    const wrong = imports.filter(({ room, target }) => {
      const other = roomOf(target);
      return other !== undefined && other !== room && !ROOMS[room]!.includes(other);
    });
    const rule = ({ room }: Import) => `${room} may import of ${ROOMS[room]!.join(', ') || 'no other room'}`;
    expect(wrong.map(breaking(rule))).toEqual([]);
  });

  it('from a room lead to rooms only: nothing that ships imports tests, benches or scripts', () => {
    const wrong = imports.filter(({ target }) => /^(test|bench|bin|\.\.)\b/.test(target));
    expect(wrong.map(breaking(() => 'it is not shipped'))).toEqual([]);
  });

  it('from the dashboard to the server are types', () => {
    const wrong = imports.filter(
      ({ room, target, typeOnly }) => room === 'web' && target.startsWith('server/') && !typeOnly,
    );
    expect(wrong.map(breaking(() => 'web takes nothing but types of the server'))).toEqual([]);
  });

  it('from the server to the dashboard lead to its figures alone, which need no page', () => {
    const own = (file: string) => file.startsWith('web/figure/');
    const wrong = imports.filter(
      ({ room, target }) => room.startsWith('server/') && target.startsWith('web/') && !own(target),
    );
    const withPage = imports.filter(
      ({ file, target }) =>
        own(file) && !file.includes('/download') && (/^preact/.test(target) || /\.tsx$/.test(target)),
    );
    expect([...wrong, ...withPage].map(breaking(() => 'a figure is drawn without a page'))).toEqual([]);
  });

  it('server/sweep is pure: no Node, only pure packages', () => {
    const packages = imports.filter(({ room, target }) => room === 'server/sweep' && roomOf(target) === undefined);
    const impure = packages.filter(
      ({ target }) => target.startsWith('node:') || builtinModules.includes(target) || !PURE_PACKAGES.test(target),
    );
    expect(impure.map(breaking(() => 'server/sweep takes zod, jsonc-parser and hashes alone'))).toEqual([]);
  });

  it.each(PACKAGE_ROOMS)('packages %s are known to %s alone', (pattern, owner) => {
    const wrong = imports.filter(({ room, target }) => room !== owner && pattern.test(target));
    expect(wrong.map(breaking(() => `only ${owner} knows it`))).toEqual([]);
  });
});

describe('arrows within rooms', () => {
  it.each(Object.entries(LAYERS))('of %s go down', (room, layers) => {
    const inside = imports.filter(({ file, target }) => file.startsWith(`${room}/`) && target.startsWith(`${room}/`));
    expect(inside.length).toBeGreaterThan(20);
    const level = (file: string) => layers.indexOf(layerOf(room, layers, file));
    const wrong = inside.filter(({ file, target }) => level(file) < level(target));
    const rule = ({ file, target }: Import) =>
      `${layerOf(room, layers, file)} lies below ${layerOf(room, layers, target)} ` +
      `(from bottom to top: ${layers.join(', ')})`;
    expect(wrong.map(breaking(rule))).toEqual([]);
  });

  it.each(Object.entries(LAYERS))('of %s know every folder', (room, layers) => {
    const files = [...new Set(imports.filter(({ file }) => file.startsWith(`${room}/`)).map(({ file }) => file))];
    const unknown = files.filter((file) => !layers.includes(layerOf(room, layers, file)));
    expect(unknown, 'a new inner room, or a story, gets its place in LAYERS').toEqual([]);
  });

  it.each(PERMISSIONS)('into %s come from its own room and %s alone', (folder, callers) => {
    const room = folder.slice(0, folder.lastIndexOf('/'));
    const wrong = imports.filter(
      ({ file, target }) =>
        target.startsWith(`${folder}/`) && ![room, ...callers].some((caller) => file.startsWith(`${caller}/`)),
    );
    const rule = () => `${folder} is for ${callers.join(', ')} alone: everything there needs the lease`;
    expect(wrong.map(breaking(rule))).toEqual([]);
  });

  it('never come back: there are no circles, of types neither', () => {
    expect(findCircles(imports).map((circle) => circle.join(' → '))).toEqual([]);
  });
});

describe('circles', () => {
  const arrow = (file: string, target: string): Import => ({ file, room: '', target, typeOnly: true });

  it('are found, each once', () => {
    const three = [arrow('a', 'b'), arrow('b', 'c'), arrow('c', 'a')];
    expect(findCircles([...three, arrow('c', 'd'), arrow('d', 'zod')])).toEqual([['a', 'b', 'c', 'a']]);
    expect(findCircles([arrow('a', 'b'), arrow('b', 'c'), arrow('a', 'c')])).toEqual([]);
  });
});
