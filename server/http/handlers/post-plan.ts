import * as z from 'zod';
import { planToJson } from '../../sweep/plan/plan-json.ts';
import { definitionBody, definitionOf } from '../definition-of.ts';
import { nothing, route } from '../route.ts';
import { planResponse } from '../schemas/plan.ts';

export const postPlanRoute = route({
  method: 'post',
  path: '/plan',
  summary: 'A definition → its plan, or all its problems',
  params: nothing,
  query: nothing,
  body: z.strictObject(definitionBody),
  answer: { status: 200, shape: planResponse },
  async handle({ actions }, { body }) {
    const { text, folder } = definitionOf(body);
    return { status: 200, body: planToJson(await actions.plan(text, folder), { arms: true }) };
  },
});
