import { onEngine } from '../../server/runner/workers/hire-worker.ts';
import { WorkerProcess } from '../../server/runner/workers/worker-process.ts';
import { describeTrainer } from './trainer-contract.ts';

describeTrainer('a worker process', {
  works: () => new WorkerProcess(onEngine('wasm')),
  doesNotOpen: () => new WorkerProcess(onEngine('webgpu', 'an adapter that no machine has')),
});
