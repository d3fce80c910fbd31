import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { UserError } from '../sweep/user-error.ts';

export interface StaticFile {
  body: Buffer;
  type: string;
  etag: string;
  /** The same, compressed when the dashboard was built; the best first. */
  compressed: { encoding: Encoding; body: Buffer }[];
  /** Named by its content, so that it may be kept for ever. */
  immutable: boolean;
}

type Encoding = keyof typeof ENDINGS;

/** What the build writes beside a file, the best first. */
const ENDINGS = { br: '.br', gzip: '.gz' } as const;

/** The dashboard by path (`/assets/index-3f2a.js`); `/` is its page. */
export type StaticFiles = Map<string, StaticFile>;

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Reads the built dashboard into memory once. Serving is a look-up in this map: no path of a request ever reaches the
 * file system, and a rebuild under a running server cannot mix two builds.
 */
export function readStaticFiles(folder: string, basePath: string): StaticFiles {
  const files: StaticFiles = new Map();
  for (const path of filesBelow(folder)) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const url = `/${relative(folder, path).split(sep).join('/')}`;
    const page = url === '/index.html';
    const body = page ? withBase(readFileSync(path, 'utf8'), basePath) : readFileSync(path);
    const etag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    const compressed = page ? [] : compressedBeside(path);
    files.set(page ? '/' : url, { body, type, etag, compressed, immutable: url.startsWith('/assets/') });
  }
  if (!files.has('/')) {
    throw new UserError(`Cannot serve the dashboard: no index.html in ${folder}; build it with: npm run build`);
  }
  return files;
}

/** What is sent of a file: compressed where the reader takes that. Each form has a tag of its own. */
export function bestOf(
  { body, etag, compressed }: StaticFile,
  takes: (encoding: Encoding) => boolean,
): { body: Buffer; etag: string; encoding: Encoding | null } {
  const best = compressed.find(({ encoding }) => takes(encoding));
  return best === undefined
    ? { body, etag: `"${etag}"`, encoding: null }
    : { body: best.body, etag: `"${etag}-${best.encoding}"`, encoding: best.encoding };
}

function compressedBeside(path: string): StaticFile['compressed'] {
  return Object.entries(ENDINGS).flatMap(([encoding, ending]) =>
    existsSync(path + ending) ? [{ encoding: encoding as Encoding, body: readFileSync(path + ending) }] : [],
  );
}

function filesBelow(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Makes the relative addresses of the page start at the base path, however deep the address of the page itself is. */
function withBase(html: string, basePath: string): Buffer {
  return Buffer.from(html.replace(/<head[^>]*>/i, (head) => `${head}<base href="${basePath}/">`));
}
