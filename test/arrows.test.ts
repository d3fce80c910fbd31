import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** The table of rooms: what each may import of the others. */
const ROOMS: Record<string, string[]> = {
  'server/sweep': [],
  'server/training': ['server/sweep'],
  'server/store': ['server/sweep'],
  'server/runner': ['server/sweep', 'server/training', 'server/store'],
  'server/report': ['server/sweep'],
  'server/http': ['server/sweep', 'server/store', 'server/report'],
  'server/cli': ['server/sweep', 'server/training', 'server/store', 'server/runner', 'server/report', 'server/http'],
  web: ['server/http', 'server/sweep'],
};

/** Packages that one room alone may know, so that they can be replaced there. */
const PACKAGE_ROOMS: [RegExp, string][] = [
  [/^(@prisma\/|better-sqlite3)/, 'server/store'],
  [/^@tensorflow\//, 'server/training'],
  [/^express$/, 'server/http'],
];

const PURE_PACKAGES = /^(zod|@noble\/hashes\/.*)$/;

const root = fileURLToPath(new URL('..', import.meta.url));

interface Import {
  file: string;
  room: string;
  /** A file of ours relative to the root, or a package. */
  target: string;
  typeOnly: boolean;
}

const imports = Object.keys(ROOMS).flatMap((room) => sourceFiles(room).flatMap((file) => importsOf(file, room)));

function sourceFiles(room: string): string[] {
  const entries = readdirSync(path.join(root, room), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('server/store/generated/'));
}

/**
 * Import and export lines and dynamic imports; a line in a string or comment that looks like one counts too, which does
 * no harm.
 */
function importsOf(file: string, room: string): Import[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const lines = [
    ...text.matchAll(/^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm),
    ...text.matchAll(/\bimport\(\s*()['"]([^'"]+)['"]/g),
  ];
  return lines.map(([, type, specifier]) => ({
    file,
    room,
    target: specifier!.startsWith('.')
      ? path.relative(root, path.resolve(root, path.dirname(file), specifier!))
      : specifier!,
    typeOnly: Boolean(type),
  }));
}

const roomOf = (target: string) => Object.keys(ROOMS).find((room) => target.startsWith(`${room}/`));
const show = ({ file, target }: Import) => `${file} → ${target}`;

describe('arrows between rooms', () => {
  it('sees the imports', () => {
    // were the pattern above wrong, every rule would hold
    expect(
      imports.some(
        ({ file, target }) => file === 'server/sweep/plan/plan-sweep.ts' && target === 'server/sweep/stage-tree.ts',
      ),
    ).toBe(true);
    expect(imports.some(({ target }) => target === 'zod')).toBe(true);
    expect(imports.filter(({ target }) => roomOf(target) === 'server/sweep').length).toBeGreaterThan(50);
  });

  it('point the one way', () => {
    const wrong = imports.filter(({ room, target }) => {
      const other = roomOf(target);
      return other !== undefined && other !== room && !ROOMS[room]!.includes(other);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('from a room lead to rooms only: nothing that ships imports tests, benches or scripts', () => {
    const wrong = imports.filter(({ target }) => /^(test|bench|bin|\.\.)\b/.test(target));
    expect(wrong.map(show)).toEqual([]);
  });

  it('from the dashboard to the server are types', () => {
    const wrong = imports.filter(
      ({ room, target, typeOnly }) => room === 'web' && target.startsWith('server/') && !typeOnly,
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it('server/sweep is pure: no Node, only pure packages', () => {
    const packages = imports
      .filter(({ room, target }) => room === 'server/sweep' && roomOf(target) === undefined)
      .map(({ target }) => target);
    expect(packages.filter((name) => name.startsWith('node:') || builtinModules.includes(name))).toEqual([]);
    expect(packages.filter((name) => !PURE_PACKAGES.test(name))).toEqual([]);
  });

  it.each(PACKAGE_ROOMS)('packages %s are known to %s alone', (pattern, owner) => {
    expect(imports.filter(({ room, target }) => room !== owner && pattern.test(target)).map(show)).toEqual([]);
  });
});
