import { answer, type RawRequest } from './answer.ts';
import type { Context, Reply, Route } from './route.ts';

/** Whoever answers the requests of the API: this process, or processes of their own. */
export interface Answerer {
  /**
   * Answers a request by its route; every failure becomes an answer too.
   *
   * @param gone is aborted when the client has left, so that nobody needs the answer any more
   */
  answer(route: Route, request: RawRequest, gone: AbortSignal): Promise<Reply>;
  close(): Promise<void>;
}

/** Answers in this process, one handler after the other. */
export function answerHere(context: Context, report: (error: unknown) => void): Answerer {
  return { answer: (route, request) => answer(route, context, request, report), close: async () => {} };
}
