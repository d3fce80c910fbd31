/** A thread of `serve` that answers requests over connections of its own; see server/http/threads. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerRequests } from '../http/threads/answer-requests.ts';
import { openStorage, type Storage } from '../store/database/storage.ts';
import { openForReading } from '../store/reading/open-for-reading.ts';
import type { ThreadData } from './start-answering-thread.ts';
import { planText } from './plan-text.ts';

const { database, writes } = workerData as ThreadData;

answerRequests(parentPort!, async () => ({
  storage: writes ? await openForWriting() : openForReading(database),
  actions: { plan: planText },
}));

/** Where the path leads to another file by now, the first look at it notices: the identity is the server's. */
async function openForWriting(): Promise<Storage> {
  return { ...(await openStorage({ file: database.file, create: false })), identity: database.identity };
}
