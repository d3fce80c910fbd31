/** A thread of `serve` that answers requests over connections of its own; see server/http/threads. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerRequests } from '../http/threads/answer-requests.ts';
import { openStorage } from '../store/database/storage.ts';
import { openForReading } from '../store/reading/open-for-reading.ts';
import type { ThreadData } from './start-answering-thread.ts';
import { planText } from './plan-text.ts';

const { db, writes } = workerData as ThreadData;

answerRequests(parentPort!, async () => ({
  storage: writes ? await openStorage({ file: db, create: false }) : openForReading(db),
  actions: { plan: planText },
}));
