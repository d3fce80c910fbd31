import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Import {
  file: string;
  room: string;
  /** A file of ours relative to the root, or a package. */
  target: string;
  typeOnly: boolean;
}

/** Every import in the sources of these folders; generated files are left out. */
export function readImports(rooms: readonly string[]): Import[] {
  return rooms.flatMap((room) => sourceFiles(room).flatMap((file) => importsOf(file, room)));
}

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

/** The layer of a room that a file is in: its folder, its own name, or `*`. */
export function layerOf(room: string, layers: readonly string[], file: string): string {
  const [first, ...rest] = file.slice(room.length + 1).split('/');
  return rest.length > 0 || layers.includes(first!) ? first! : '*';
}

/** Circles of files that import each other, one circle of each knot. A circle ends with its first file once more. */
export function findCircles(imports: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { file, target } of imports) targets.set(file, [...(targets.get(file) ?? []), target]);
  const circles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, way: string[]): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file]);
    else if (!done.has(file)) for (const target of targets.get(file) ?? []) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return circles;
}
