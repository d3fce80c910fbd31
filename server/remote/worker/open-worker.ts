import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { UserError } from '../../sweep/user-error.ts';
import { packageVersion } from '../../training/engines/packages.ts';
import { projectFolder } from '../../training/project-folder.ts';
import { BlobCache } from '../blobs/blob-cache.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { blobToken } from '../blobs/blob-token.ts';
import { FolderStore } from '../blobs/folder-store.ts';
import { HttpStore } from '../blobs/http-store.ts';
import { readJoinFile, type Join } from '../broker/join-file.ts';
import { openBull } from '../queues/bull.ts';
import { makeOwnFolder } from './own-folder.ts';
import { reachBroker } from './reach-broker.ts';
import { RemoteWorker, type WorkerOptions } from './remote-worker.ts';

/** A name that no blob has. */
const NO_BLOB = '0'.repeat(64);

type Own = Pick<WorkerOptions, 'engine' | 'findPlaces' | 'lock' | 'idle' | 'until' | 'stop' | 'log'>;

/**
 * Joins a head and trains for it.
 *
 * @param file the join file that the head has written
 * @returns why it ended: a sentence where something is wrong, null where all is done
 */
export async function joinHead(file: string, own: Own): Promise<string | null> {
  const joined = readJoinFile(file);
  const cosweep = packageVersion(projectFolder());
  if (joined.cosweep !== cosweep)
    throw new UserError(
      `Cannot join: Cosweep ${joined.cosweep} has written ${file}, and here it is ${cosweep}; ` +
        `wanted the same on both (npm install -g cosweep@${joined.cosweep}, or in checkouts the same commit)`,
    );
  const { url, certificate, prefix, secret, database } = joined;
  if (!(await reachBroker(joined, own))) return null;
  const post = await openBull({ url, certificate, prefix, lock: own.lock, log: own.log });
  const store = openStore(joined);
  const name = `${hostname()
    .replaceAll(/[^\w-]/g, '-')
    .slice(0, 60)}-${randomUUID()}`;
  const folder = await makeOwnFolder();
  const identity = { database, secret, name };
  try {
    // What cannot be reached from here is found now, and not when a stage has been trained.
    await store.has(NO_BLOB);
    const cache = new BlobCache(store);
    return await new RemoteWorker({ ...own, identity, cosweep, post, store, cache, folder }).run();
  } finally {
    await post.close();
    if (store instanceof HttpStore) store.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}

function openStore({ blobs, secret }: Join): BlobStore {
  if (blobs === null) throw new UserError('Cannot join: the join file names no place for checkpoints (blobs)');
  if ('folder' in blobs) return new FolderStore(blobs.folder);
  return new HttpStore({ url: blobs.url, token: blobToken(secret), certificate: blobs.certificate });
}
