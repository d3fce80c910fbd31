import { nothing, route } from '../route.ts';
import { doctorResponse } from '../schemas/doctor.ts';

export const getDoctorRoute = route({
  method: 'get',
  path: '/doctor',
  summary:
    'Engines, devices, data sets and database: which of them work on this machine; for the others, why not ' +
    'and what to do',
  description: 'The same as `cosweep doctor --json`. Every engine is tried, which takes seconds.',
  answeredBy: 'server',
  params: nothing,
  query: nothing,
  body: null,
  answer: { status: 200, shape: doctorResponse },
  handle: async ({ actions }) => ({ status: 200, body: await actions.doctor() }),
});
