import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { BlobCache } from '../../../server/remote/blobs/blob-cache.ts';
import { startBlobServer, type BlobServer, type BlobServerOptions } from '../../../server/remote/blobs/blob-server.ts';
import type { BlobStore } from '../../../server/remote/blobs/blob-store.ts';
import { FolderStore } from '../../../server/remote/blobs/folder-store.ts';
import { HttpStore, type HttpStoreOptions } from '../../../server/remote/blobs/http-store.ts';

/** A store and where it has its files. */
export interface TestedStore {
  store: BlobStore;
  /** Where a blob is, so that it can be damaged. */
  fileOf: (hash: string) => string;
  /** A second one over the same files, as another machine has it. */
  another: () => BlobStore;
}

/** Makes a store that has its files in this folder. */
export type Open = (folder: string) => Promise<TestedStore>;

export const TOKEN = 'a token that nobody guesses';

export function certificate(name: string): { key: string; cert: string } {
  const read = (end: string): string =>
    readFileSync(new URL(`../../fixtures/certificates/${name}.${end}`, import.meta.url), 'utf8');
  return { key: read('key'), cert: read('pem') };
}

/** @param late in milliseconds */
export function openFolder(folder: string, late = 0): TestedStore {
  const another = (): FolderStore => new FolderStore(folder, late);
  return { store: another(), another, fileOf: (hash) => join(folder, `${hash}.blob`) };
}

/** A head's server over a folder of checkpoints; it is gone after the test. */
export async function serve(folder: string, options: Partial<BlobServerOptions> = {}): Promise<BlobServer> {
  mkdirSync(folder, { recursive: true });
  const pathOf = (hash: string): string => join(folder, `${hash}.checkpoint`);
  const server = await startBlobServer({
    address: '127.0.0.1',
    token: TOKEN,
    tls: null,
    folder,
    name: 'sweep.checkpoint',
    find: async (hash) => ((await stat(pathOf(hash)).catch(() => null)) ? pathOf(hash) : null),
    take: async ({ hash }, file) => renameSync(join(folder, file), pathOf(hash)),
    report: (error) => {
      throw error;
    },
    ...options,
  });
  onTestFinished(() => server.close());
  return server;
}

/** A store on another machine; tries anew at once, and twice. */
export function connect(url: string, options: Partial<HttpStoreOptions> = {}): HttpStore {
  const store = new HttpStore({ url, token: TOKEN, certificate: null, delays: [0, 0], ...options });
  onTestFinished(() => store.close());
  return store;
}

const openHttp: Open = async (folder) => {
  const { url } = await serve(folder);
  const another = (): HttpStore => connect(url);
  return { store: another(), another, fileOf: (hash) => join(folder, `${hash}.checkpoint`) };
};

const openHttps: Open = async (folder) => {
  const { url } = await serve(folder, { tls: certificate('head') });
  const another = (): HttpStore => connect(url, { certificate: certificate('head').cert });
  return { store: another(), another, fileOf: (hash) => join(folder, `${hash}.checkpoint`) };
};

/** The files of the cache are in a folder beside those of the head. */
const openCache: Open = async (folder) => {
  const behind = await openHttp(folder);
  let caches = 0;
  const another = (): BlobCache => new BlobCache(behind.another(), { folder: `${folder}-cache-${++caches}` });
  // What only its own cache holds would not be on the head: the tests ask for what another machine wrote.
  return { ...behind, store: another(), another };
};

export const STORES: [string, Open][] = [
  ['a shared folder', async (folder) => openFolder(folder)],
  ['the head by HTTP', openHttp],
  ['the head by HTTPS', openHttps],
  ['a cache in front of the head', openCache],
];

/** The names in a folder, without the file that fills a disk. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name !== 'filler');
}
