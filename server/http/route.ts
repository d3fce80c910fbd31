import * as z from 'zod';
import type { Storage } from '../store/database/storage.ts';
import type { PlanAction } from './answers/plan-action.ts';
import type { DoctorKept } from './schemas/doctor.ts';

/** What a handler works with: the store, and functions in place of the rooms that http may not open. */
export interface Context {
  storage: Storage;
  actions: Actions;
}

/** Handed in by the `serve` command. */
export interface Actions {
  /** Starts `cosweep run` for a queued sweep, in a process of its own. */
  startRun(sweepId: string): Promise<void>;
  /**
   * Plans a definition; looks at its data set where the plan depends on the size. Throws `DefinitionError` with every
   * problem.
   */
  plan: PlanAction;
  /** Whether users' own programs are planned and started from here; left out: they are not. */
  allowPrograms?: boolean;
  /**
   * Changes a sweep. Where its program is this user's own, so is what the change makes of it; left out: nobody keeps
   * whose a program is.
   */
  keepingTrust?(sweepId: number, change: () => Promise<void>): Promise<void>;
  /** Measures what works on this machine, and keeps it. Every engine is tried. */
  doctor(): Promise<DoctorKept>;
  /** What `doctor` found last; null before it was asked for. */
  lastDoctor(): DoctorKept | null;
}

/** Request data after validation. */
export interface Request<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
}

export interface Reply<Body = unknown> {
  status: number;
  /** Sent as JSON, or as it is where `type` is given. */
  body: Body;
  /** A media type that we chose, never one that a request named. */
  type?: string;
  /** Suggests to save the answer under this name. */
  fileName?: string;
  /** The tag of the body, made where the body was written: hashing a large one would keep everyone waiting. */
  etag?: string;
  /** Given where the body is compressed. */
  encoding?: 'gzip';
}

/** An answer that is a text file and not JSON. */
export type FileReply = Reply<string> & Required<Pick<Reply, 'type' | 'fileName'>>;

type Shape = z.ZodRawShape;

/**
 * One endpoint: the requests that it takes, and the function that answers them. The description of the API is made from
 * it.
 */
export interface Route<P extends Shape = Shape, Q extends Shape = Shape, B extends Shape = Shape, Answer = unknown> {
  method: 'get' | 'post';
  /** Below `/api`, with `:id` for parameters. */
  path: string;
  summary: string;
  /** What the summary has no room for, in sentences. */
  description?: string;
  params: z.ZodObject<P>;
  query: z.ZodObject<Q>;
  /**
   * Which process answers, where `serve` has several (`server/http/processes`): `server` is the one that holds the
   * connections, for handlers that only wait. Default: `quick` for `get`, `writing` for `post`.
   */
  answeredBy?: 'quick' | 'heavy' | 'writing' | 'server';
  /**
   * True where the answer takes long and depends on the sweep `:id` and its confirmations alone, so that it is kept
   * until they change.
   */
  isKept?: true;
  /** null: takes no body, or an empty object. */
  body: z.ZodObject<B> | null;
  /** The answer when all goes well: its status, its shape as JSON, and every media type that it can have. */
  answer: { status: number; shape: z.ZodType<Answer>; media?: string[] };
  handle(
    context: Context,
    request: Request<z.output<z.ZodObject<P>>, z.output<z.ZodObject<Q>>, z.output<z.ZodObject<B>>>,
  ): Promise<Reply<NoInfer<Answer>> | FileReply> | Reply<NoInfer<Answer>>;
}

/**
 * Checks the types of a route against each other: the handler takes and answers what the schemas say. Afterwards the
 * types are dropped, since the list of routes does not need them.
 */
export function route<P extends Shape, Q extends Shape, B extends Shape, Answer>(route: Route<P, Q, B, Answer>): Route {
  return route as unknown as Route;
}

export const nothing = z.strictObject({});
