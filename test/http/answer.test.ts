import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { answer } from '../../server/http/answer.ts';
import { HttpError } from '../../server/http/http-error.ts';
import { list, paging, sweepId } from '../../server/http/parameters.ts';
import { route, type Context, type Reply } from '../../server/http/route.ts';
import { identityOf } from '../../server/store/database/replaced.ts';
import { UserError } from '../../server/sweep/user-error.ts';

/** No handler here looks at its context; the server looks whether its database is in order. */
const file = fileURLToPath(import.meta.url);
const raw = { pragma: () => 'ok' };
const context = { storage: { file, identity: identityOf(file), readOnly: false, raw } } as unknown as Context;

function routeThat(handle: () => Reply) {
  return route({
    method: 'get',
    path: '/things/:id',
    summary: '',
    body: null,
    answer: { status: 200, shape: z.unknown() },
    params: z.object({ id: sweepId }),
    query: z.strictObject({ ...paging, names: list(z.string(), 3).optional() }),
    handle: (_context, { params, query }) => ({ ...handle(), body: { params, query } }),
  });
}

const echo = routeThat(() => ({ status: 200, body: null }));
const failing = (error: unknown) =>
  routeThat(() => {
    throw error;
  });

test('a handler gets checked data with defaults filled in', async () => {
  const reply = await answer(
    echo,
    context,
    { params: { id: 's3' }, query: { page: '2', names: ['a,b', 'c'] }, body: undefined },
    () => {},
  );
  expect(reply).toEqual({
    status: 200,
    body: { params: { id: 's3' }, query: { page: 2, size: 50, names: ['a', 'b', 'c'] } },
  });
});

test('everything that is wrong with a request is told at once, with its place', async () => {
  const reply = await answer(echo, context, { params: { id: 'x' }, query: {}, body: undefined }, () => {});
  expect(reply.body).toEqual({
    error: {
      code: 'bad-request',
      message: 'Cannot read the request: path.id: want a sweep id such as s3',
      details: [{ path: 'path.id', message: 'want a sweep id such as s3' }],
    },
  });
  const { status, body } = await answer(
    echo,
    context,
    { params: { id: 's1' }, query: { page: '0', size: '501', names: 'a,b,c,d', colour: 'red' }, body: undefined },
    () => {},
  );
  expect(status).toBe(400);
  const details = (body as { error: { details: { path: string; message: string }[] } }).error.details;
  expect(details.map(({ path }) => path)).toEqual(['query.page', 'query.size', 'query.names', 'query']);
  expect(details.at(-1)!.message).toContain('"colour"');
});

test('a mistake of the caller is told to the caller and to nobody else', async () => {
  const reported: unknown[] = [];
  const ask = (error: unknown) =>
    answer(failing(error), context, { params: { id: 's1' }, query: {}, body: undefined }, (each) =>
      reported.push(each),
    );
  expect(await ask(new HttpError('not-found', 'no such thing'))).toEqual({
    status: 404,
    body: { error: { code: 'not-found', message: 'no such thing' } },
  });
  expect(await ask(new UserError('Cannot do it: found 1, wanted 2'))).toEqual({
    status: 400,
    body: { error: { code: 'bad-request', message: 'Cannot do it: found 1, wanted 2' } },
  });
  expect(reported).toEqual([]);
});

test('a mistake of ours is told to the operator, and the caller learns no detail', async () => {
  const reported: unknown[] = [];
  const bug = new Error('secret path /home/me');
  const reply = await answer(failing(bug), context, { params: { id: 's1' }, query: {}, body: undefined }, (each) =>
    reported.push(each),
  );
  expect(reply.status).toBe(500);
  expect(JSON.stringify(reply.body)).not.toContain('secret');
  expect(reported).toEqual([bug]);
});
