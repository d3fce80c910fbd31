import { createHash } from 'node:crypto';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { answer, errorReply } from '../answer.ts';
import { compress } from '../compression.ts';
import type { Context, Reply } from '../route.ts';
import { routes } from '../routes.ts';
import {
  SERVER_ACTIONS,
  type AnswerRequest,
  type Failure,
  type FromProcess,
  type SentReply,
  type ToProcess,
} from './messages.ts';
import { giveMemoryBack } from './give-memory-back.ts';
import { nameOf } from './route-name.ts';

/** The way to the server. */
export interface Channel {
  listen(handle: (message: ToProcess) => void): void;
  /** @param written is called once the message is on its way */
  say(message: FromProcess, written?: () => void): void;
}

/** What the process brings along; what else a handler asks for, the server does. */
export type ProcessContext = Pick<Context, 'storage'> & {
  actions: Pick<Context['actions'], 'plan' | 'allowPrograms' | 'keepingTrust'>;
};

/**
 * Answers the requests that the server sends, one after the other, as it would itself. The database is
 * opened at the first request; where that fails, the next request tries again.
 */
export function answerRequests({ listen, say }: Channel, open: () => Promise<ProcessContext>): void {
  const report = (error: unknown) =>
    say({ kind: 'report', error: error instanceof Error ? error.stack! : String(error) });
  const byName = new Map(routes.map((route) => [nameOf(route), route]));
  const calls = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let asked = 0;
  let context: Context | null = null;

  const callServer = (action: (typeof SERVER_ACTIONS)[number], args: unknown[]): Promise<never> =>
    new Promise((resolve, reject) => {
      calls.set(++asked, { resolve, reject });
      say({ kind: 'call', call: asked, action, args });
    });

  const opened = async (): Promise<Context> => {
    const { storage, actions } = await open();
    return {
      storage,
      actions: {
        ...actions,
        startRun: (...args) => callServer('startRun', args),
        doctor: (...args) => callServer('doctor', args),
        // Only the server itself answers what asks for it.
        lastDoctor: () => null,
      },
    };
  };

  const reply = async ({ route, request }: AnswerRequest): Promise<Reply> => {
    try {
      context ??= await opened();
      return await answer(byName.get(route)!, context, request, report);
    } catch (error) {
      return errorReply(error, report);
    }
  };

  listen((message) => {
    if (message.kind === 'answer') void reply(message).then((made) => send(say, toSent(made)));
    else if (message.kind === 'done') calls.get(message.call)!.resolve(message.value as never);
    else calls.get(message.call)!.reject(toError(message.error));
  });
}

/** So many bytes go in one message: the server answers others between two of them. */
const PART = 2 ** 20;

function send(say: Channel['say'], { body, ...rest }: SentReply): void {
  let from = 0;
  for (; body.length - from > PART; from += PART) say({ kind: 'part', bytes: body.subarray(from, from + PART) });
  say({ kind: 'reply', reply: { ...rest, body: body.subarray(from) } }, giveMemoryBack);
}

/** JSON is written and compressed here, and tagged, so that the server only passes bytes on. */
function toSent({ body, type, ...rest }: Reply): SentReply {
  const text = type === undefined ? JSON.stringify(body) : (body as string);
  const bytes = Buffer.from(text);
  const etag = `W/"${createHash('sha1').update(bytes).digest('base64url')}"`;
  return compress({ ...rest, type: type ?? 'application/json; charset=utf-8', body: bytes, etag });
}

function toError({ kind, message }: Failure): Error {
  if (kind === 'user') return new UserError(message);
  return kind === 'outside' ? new OutsideError(message) : new Error(message);
}
