import type { RawRequest } from '../answer.ts';
import type { Actions, Reply } from '../route.ts';

/** What the server and a process that answers requests say to each other. */

/** Method and path of a route, as `get /sweeps/:id`. */
export type RouteName = string;

export interface AnswerRequest {
  route: RouteName;
  request: RawRequest;
}

/** An answer as it is sent: JSON is written where it was made. */
export type SentReply = Reply<Uint8Array> & Required<Pick<Reply, 'type'>>;

/** What the server does for the others, since it outlives them. */
export const SERVER_ACTIONS = ['startRun', 'doctor'] as const satisfies (keyof Actions)[];
export type ServerActions = Pick<Actions, (typeof SERVER_ACTIONS)[number]>;

export type ToProcess =
  | ({ kind: 'answer' } & AnswerRequest)
  | { kind: 'done'; call: number; value: unknown }
  | { kind: 'failed'; call: number; error: Failure };

export type FromProcess =
  /** The beginning of the body of the next reply; any number of them. */
  | { kind: 'part'; bytes: Uint8Array }
  | { kind: 'reply'; reply: SentReply }
  | { kind: 'call'; call: number; action: keyof ServerActions; args: unknown[] }
  | { kind: 'report'; error: string };

/** An error on its way to another process: which of ours it was would be lost. */
export interface Failure {
  kind: 'user' | 'outside' | 'bug';
  message: string;
}
