import { planToJson } from '../../sweep/plan/plan-json.ts';
import { definitionOf } from '../definition-of.ts';
import { nothing, route } from '../route.ts';
import { planRequest, planWithArms } from '../schemas/plan.ts';

export const postPlanRoute = route({
  method: 'post',
  path: '/plan',
  summary: 'A definition → its plan, or all its problems',
  description:
    'The same as `cosweep plan --arms --json`; nothing is stored. 400, bad-definition, with every ' +
    'problem of the definition.',
  answeredBy: 'heavy',
  params: nothing,
  query: nothing,
  body: planRequest,
  answer: { status: 200, shape: planWithArms },
  async handle({ actions }, { body }) {
    const { text, folder } = definitionOf(body);
    return { status: 200, body: planToJson(await actions.plan(text, folder), { arms: true }) };
  },
});
