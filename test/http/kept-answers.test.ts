import { expect, test } from 'vitest';
import { KeptAnswers } from '../../server/http/processes/kept-answers.ts';

const reply = (text: string, status = 200) => ({ status, type: 'application/json', body: Buffer.from(text) });

/** Asks for an answer and says whether it was computed. */
async function ask(kept: KeptAnswers, asked: string, version: string, text = 'x', status = 200): Promise<boolean> {
  let computed = false;
  await kept.get(asked, version, async () => {
    computed = true;
    return reply(text, status);
  });
  return computed;
}

test('an answer is computed once a version', async () => {
  const kept = new KeptAnswers();
  expect(await ask(kept, 'a', '1')).toBe(true);
  expect(await ask(kept, 'a', '1')).toBe(false);
  expect(await ask(kept, 'b', '1')).toBe(true);
  expect(await ask(kept, 'a', '2')).toBe(true);
  expect(await ask(kept, 'a', '1')).toBe(true);
});

test('a failure is not kept', async () => {
  const kept = new KeptAnswers();
  expect(await ask(kept, 'a', '1', 'no', 503)).toBe(true);
  expect(await ask(kept, 'a', '1')).toBe(true);
});

test('as many as fit are kept, those that were asked for last', async () => {
  const kept = new KeptAnswers(10);
  await ask(kept, 'a', '1', 'xxxx');
  await ask(kept, 'b', '1', 'xxxx');
  await ask(kept, 'a', '1', 'xxxx');
  await ask(kept, 'c', '1', 'xxxx');
  expect(await ask(kept, 'a', '1', 'xxxx')).toBe(false);
  expect(await ask(kept, 'b', '1', 'xxxx')).toBe(true);
  await ask(kept, 'large', '1', 'x'.repeat(11));
  expect(await ask(kept, 'large', '1', 'x'.repeat(11))).toBe(true);
});
