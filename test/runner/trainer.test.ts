import { onEngine } from '../../server/runner/workers/hire-worker.ts';
import { WorkerProcess } from '../../server/runner/workers/worker-process.ts';
import { describeTrainer } from './trainer-contract.ts';

const name = 'an adapter that no machine has';
const nowhere = { name, id: name, label: name, environment: {}, trouble: null };

describeTrainer('a worker process', {
  works: () => new WorkerProcess(onEngine('wasm')),
  doesNotOpen: () => new WorkerProcess(onEngine('webgpu', nowhere)),
});
