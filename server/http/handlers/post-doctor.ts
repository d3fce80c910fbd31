import { nothing, route } from '../route.ts';
import { doctorKept } from '../schemas/doctor.ts';

export const postDoctorRoute = route({
  method: 'post',
  path: '/doctor',
  summary:
    'Measures engines, devices, data sets and database: which of them work on this machine; for the others, why not ' +
    'and what to do',
  description:
    'The report is the same as that of `cosweep doctor --json`, and it is kept for GET /doctor. Every engine is ' +
    'tried, which takes seconds; requests that come meanwhile get the same answer.',
  answeredBy: 'server',
  params: nothing,
  query: nothing,
  body: null,
  answer: { status: 200, shape: doctorKept },
  handle: async ({ actions }) => ({ status: 200, body: await actions.doctor() }),
});
