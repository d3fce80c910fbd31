import * as z from 'zod';
import { definitionBody, definitionOf } from '../definition-of.ts';
import { toPlanResponse } from '../plan-response.ts';
import { nothing, route } from '../route.ts';

export const postPlanRoute = route({
  method: 'post',
  path: '/plan',
  summary: 'A definition → its plan, or all its problems',
  params: nothing,
  query: nothing,
  body: z.strictObject(definitionBody),
  answer: { status: 200, type: 'PlanResponse' },
  async handle({ actions }, { body }) {
    const { text, folder } = definitionOf(body);
    return { status: 200, body: toPlanResponse(await actions.plan(text, folder)) };
  },
});
