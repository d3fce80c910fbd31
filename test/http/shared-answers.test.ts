import { expect, test } from 'vitest';
import { SharedAnswers } from '../../server/http/processes/shared-answers.ts';

/** A computation that ends when it is told to, and notes what happens to it. */
function makeComputation() {
  const given: AbortSignal[] = [];
  const ends: ((text: string) => void)[] = [];
  return {
    given,
    end: (index: number, text: string) => ends[index]!(text),
    compute: (allGone: AbortSignal) => {
      given.push(allGone);
      return new Promise<{ status: number; body: string }>((resolve) => {
        ends.push((body) => resolve({ status: 200, body }));
      });
    },
  };
}

const stays = new AbortController().signal;

test('the same question, asked again while it is computed, is computed once', async () => {
  const shared = new SharedAnswers();
  const { given, end, compute } = makeComputation();
  const answers = [shared.get('a', stays, compute), shared.get('a', stays, compute), shared.get('b', stays, compute)];
  expect(given).toHaveLength(2);
  end(0, 'of a');
  end(1, 'of b');
  expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(['of a', 'of a', 'of b']);
  void shared.get('a', stays, compute);
  expect(given).toHaveLength(3);
});

test('it is given up when the last client has left, and then begun anew', () => {
  const shared = new SharedAnswers();
  const { given, compute } = makeComputation();
  const [first, second] = [new AbortController(), new AbortController()];
  void shared.get('a', first.signal, compute);
  void shared.get('a', second.signal, compute);
  first.abort();
  expect(given[0]!.aborted).toBe(false);
  second.abort();
  expect(given[0]!.aborted).toBe(true);
  void shared.get('a', stays, compute);
  expect(given).toHaveLength(2);
  expect(given[1]!.aborted).toBe(false);
});
