import { listMachines } from '../../store/reading/list-machines.ts';
import { nothing, route } from '../route.ts';
import { machineList } from '../schemas/machine.ts';

export const listMachinesRoute = route({
  method: 'get',
  path: '/machines',
  summary: 'Workers on other machines: who is there, what each trains, and which seeds wait for whom',
  params: nothing,
  query: nothing,
  body: null,
  answer: { status: 200, shape: machineList },
  async handle({ storage }) {
    return { status: 200, body: { listening: listMachines(storage) } };
  },
});
