/** A process of `serve` that answers requests over connections of its own; see server/http/processes. */
import { answerRequests } from '../http/processes/answer-requests.ts';
import type { ToProcess } from '../http/processes/messages.ts';
import { openStorage, type Storage } from '../store/database/storage.ts';
import { openForReading } from '../store/reading/open-for-reading.ts';
import type { ProcessData } from './start-answering-process.ts';
import { planningActions } from './plan-text.ts';

// Ctrl-C reaches the whole process group. The server decides what happens then.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
// Without a server nobody takes the answers.
process.on('disconnect', () => process.exit());

process.once('message', (data: ProcessData) => {
  answerRequests(
    {
      listen: (handle) => void process.on('message', (message: ToProcess) => handle(message)),
      say: (message, written = () => {}) => void process.send!(message, undefined, undefined, () => written()),
    },
    async () => {
      const storage = data.writes ? await openForWriting(data) : openForReading(data.database);
      const { allowPrograms } = data;
      return { storage, actions: { ...planningActions(storage, allowPrograms), allowPrograms } };
    },
  );
});

/** Where the path leads to another file by now, the first look at it notices: the identity is the server's. */
async function openForWriting({ database }: ProcessData): Promise<Storage> {
  return { ...(await openStorage({ file: database.file, create: false })), identity: database.identity };
}
