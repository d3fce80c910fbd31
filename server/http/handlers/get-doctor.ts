import { nothing, route } from '../route.ts';
import { doctorKept } from '../schemas/doctor.ts';

export const getDoctorRoute = route({
  method: 'get',
  path: '/doctor',
  summary: 'What POST /doctor found last',
  description: 'Nothing is measured. Before the first POST /doctor of this server both fields are null.',
  answeredBy: 'server',
  params: nothing,
  query: nothing,
  body: null,
  answer: { status: 200, shape: doctorKept },
  handle: ({ actions }) => ({ status: 200, body: actions.lastDoctor() ?? { measuredAt: null, report: null } }),
});
