import { WorkerProcess } from '../../server/runner/workers/worker-process.ts';
import { describeTrainer } from './trainer-contract.ts';

describeTrainer('a worker process', {
  works: () => new WorkerProcess('wasm', null),
  doesNotOpen: () => new WorkerProcess('webgpu', 'an adapter that no machine has'),
});
