import { expect, test } from 'vitest';
import { LARGEST_MESSAGE, Opener, Sealer, type Addressed } from '../../../server/remote/messages/envelope.ts';

const secret = Buffer.alloc(32, 1).toString('base64');
const worker = { database: 'd1', secret, name: 'worker-1' };
const message: Addressed = {
  term: 3,
  queue: 'head',
  recipient: 'head',
  grant: 'g',
  body: { kind: 'progress', batch: 7 },
};

function opener(): Opener {
  return new Opener({ database: 'd1', secret, name: 'head' });
}

test('what is sealed is opened, once', () => {
  const [text, head] = [new Sealer(worker).seal(message), opener()];
  expect(head.open(text, 'head')).toMatchObject({ ...message, sender: 'worker-1', sequence: 1 });
  expect(head.open(text, 'head')).toBeNull();
  expect(head.dropped).toBe(1);
});

test('messages of a sender are opened in their order alone, those of another term for themselves', () => {
  const [sealer, head] = [new Sealer(worker), opener()];
  const [first, second, other] = [sealer.seal(message), sealer.seal(message), sealer.seal({ ...message, term: 2 })];
  expect(head.open(second, 'head')).not.toBeNull();
  expect(head.open(first, 'head')).toBeNull();
  expect(head.open(other, 'head')).not.toBeNull();
});

test.each([
  ['another secret', { ...worker, secret: Buffer.alloc(32, 2).toString('base64') }, message],
  ['another database', { ...worker, database: 'd2' }, message],
  ['another recipient', worker, { ...message, recipient: 'worker-2' }],
  ['another queue', worker, { ...message, queue: 'worker.worker-2' }],
])('what is sealed with or for %s is dropped', (_, identity, addressed) => {
  const head = opener();
  expect(head.open(new Sealer(identity).seal(addressed), 'head')).toBeNull();
  expect(head.dropped).toBe(1);
});

test('what is taken from another queue than it was sent to is dropped', () => {
  expect(opener().open(new Sealer(worker).seal(message), 'worker.worker-2')).toBeNull();
});

test.each(['term', 'sender', 'sequence', 'grant', 'body'])(
  'a message whose %s was changed on the way is dropped',
  (key) => {
    const sent = JSON.parse(new Sealer(worker).seal(message)) as Record<string, unknown>;
    const other: Record<string, unknown> = {
      term: 4,
      sender: 'worker-2',
      sequence: 9,
      grant: null,
      body: { kind: 'bye' },
    };
    expect(opener().open(JSON.stringify({ ...sent, [key]: other[key] }), 'head')).toBeNull();
    expect(opener().open(JSON.stringify({ ...sent, more: 1 }), 'head')).toBeNull();
    expect(opener().open(JSON.stringify(sent), 'head')).not.toBeNull();
  },
);

const sealed = new Sealer(worker).seal(message);

test.each([
  ['nothing', undefined],
  ['a number', 7],
  ['no JSON', '{'],
  ['100 MB', `${sealed.slice(0, -1)},"more":"${'x'.repeat(1e8)}"}`],
  ['many brackets', sealed.replace('{"kind"', `${'['.repeat(200_000)}${']'.repeat(200_000)},{"kind"`)],
  ['a deep body', sealed.replace(/"body":\{[^}]*\}/, `"body":${'['.repeat(200_000)}${']'.repeat(200_000)}`)],
  ['a short seal', sealed.replace(/"mac":".{8}/, '"mac":"')],
  ['a seal of other letters', sealed.replace(/"mac":".{8}/, '"mac":"ZZZZZZZZ')],
])('%s in place of a message is dropped', (_, text) => {
  const head = opener();
  expect(head.open(text, 'head')).toBeNull();
  expect(head.dropped).toBe(1);
});

test('what is too large to be opened is not sealed either', () => {
  const large = { ...message, body: 'x'.repeat(LARGEST_MESSAGE) };
  expect(() => new Sealer(worker).seal(large)).toThrow(/^Cannot send a message of \d+ characters/);
});
