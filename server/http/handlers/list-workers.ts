import { listWorkerLogs } from '../../store/reading/list-logs.ts';
import { nothing, route } from '../route.ts';
import { workerList } from '../schemas/log.ts';

export const listWorkersRoute = route({
  method: 'get',
  path: '/workers',
  summary: 'The workers that have trained on this database, as far as there are logs of them',
  params: nothing,
  query: nothing,
  body: null,
  answer: { status: 200, shape: workerList },
  async handle({ storage }) {
    return { status: 200, body: { workers: await listWorkerLogs(storage) } };
  },
});
