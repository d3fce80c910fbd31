/** The process that `adapters-elsewhere.ts` starts: tells the adapters that Dawn finds. */
import { listAdapters } from './adapters.ts';
import { loadDawn } from './dawn.ts';

process.send!(await listAdapters(await loadDawn()), () => process.exit(0));
