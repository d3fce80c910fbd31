import type { MessagePort } from 'node:worker_threads';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { answer, errorReply } from '../answer.ts';
import type { Context, Reply } from '../route.ts';
import { routes } from '../routes.ts';
import {
  SERVER_ACTIONS,
  type AnswerRequest,
  type Failure,
  type FromThread,
  type SentReply,
  type ToThread,
} from './messages.ts';
import { nameOf } from './route-name.ts';

/** What the thread brings along; what else a handler asks for, the server does. */
export type ThreadContext = Pick<Context, 'storage'> & { actions: Pick<Context['actions'], 'plan'> };

/**
 * Answers the requests that come through a port, one after the other, as the server itself would. The database is
 * opened at the first request; where that fails, the next request tries again.
 */
export function answerRequests(port: MessagePort, open: () => Promise<ThreadContext>): void {
  const say = (message: FromThread, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
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
        // Only the server's own thread answers what asks for it.
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

  const send = (sent: SentReply): void => say({ kind: 'reply', reply: sent }, [sent.body.buffer as ArrayBuffer]);

  port.on('message', (message: ToThread) => {
    if (message.kind === 'answer') void reply(message).then((made) => send(toSent(made)));
    else if (message.kind === 'done') calls.get(message.call)!.resolve(message.value as never);
    else calls.get(message.call)!.reject(toError(message.error));
  });
}

/** JSON is written here, so that the server only passes bytes on. */
function toSent({ body, type, ...rest }: Reply): SentReply {
  const text = type === undefined ? JSON.stringify(body) : (body as string);
  // A buffer of its own: small ones are cut from one that Node keeps, which must not be given away.
  return { ...rest, type: type ?? 'application/json; charset=utf-8', body: new TextEncoder().encode(text) };
}

function toError({ kind, message }: Failure): Error {
  if (kind === 'user') return new UserError(message);
  return kind === 'outside' ? new OutsideError(message) : new Error(message);
}
