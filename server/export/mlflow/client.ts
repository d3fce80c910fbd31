import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { printable } from '../../sweep/printable.ts';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import type { Address } from './address.ts';
import { ServerError } from './answers.ts';
import { PATIENCE_MS, WAITS_MS } from './patience.ts';

/** A page of a thousand runs is a few megabytes. */
const MOST_BYTES = 2 ** 27;
/** What is quoted of an answer. */
const MOST_SAID = 300;

/** What the server said is wrong, in MLflow's own words for it: `RESOURCE_DOES_NOT_EXIST`. */
export class RefusedError extends OutsideError {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

interface Answer {
  response: Response;
  text: string;
}

/** A request as it is sent, and whether a second one makes something twice. */
type Asked = RequestInit & { creates?: boolean };

/**
 * Asks an MLflow server by its REST API 2.0. Where it cannot answer at the moment it is asked again a few times. What
 * goes wrong then is one sentence.
 */
export class MlflowClient {
  readonly #address: Address;
  readonly #patience: number;
  readonly #waits: readonly number[];

  constructor(address: Address, patience = PATIENCE_MS, waits: readonly number[] = WAITS_MS) {
    this.#address = address;
    this.#patience = patience;
    this.#waits = waits;
  }

  get<T>(path: string, query: Record<string, string>, shape: z.ZodType<T>): Promise<T> {
    return this.#ask(`${path}?${new URLSearchParams(query)}`, {}, shape);
  }

  post<T>(path: string, body: object, shape: z.ZodType<T>): Promise<T> {
    return this.#ask(path, { method: 'POST', body: JSON.stringify(body) }, shape);
  }

  /** The same for a request that makes something: it is asked again only where the server cannot have done it. */
  create<T>(path: string, body: object, shape: z.ZodType<T>): Promise<T> {
    return this.#ask(path, { method: 'POST', body: JSON.stringify(body), creates: true }, shape);
  }

  async #ask<T>(path: string, { creates = false, ...init }: Asked, shape: z.ZodType<T>): Promise<T> {
    const { response, text } = await this.#sendPatiently(path, init, creates);
    this.#refuseRedirect(response);
    this.#refuseStatus(response, text);
    const read = shape.safeParse(parse(text));
    if (read.success) return read.data;
    throw this.#isNoServer(response, text);
  }

  /** Sends it, and again after growing waits where that may help. */
  async #sendPatiently(path: string, init: RequestInit, creates: boolean): Promise<Answer> {
    for (let failures = 0; ; failures++) {
      const sent = await this.#send(path, init).catch((error: unknown) => error as Error);
      const wait = this.#waits[failures];
      const isFailure = sent instanceof Error ? mayPass(sent, creates) : isBusy(sent.response, creates);
      if (wait !== undefined && isFailure) await sleep(wait);
      else if (sent instanceof Error) throw this.#noAnswer(sent);
      else return sent;
    }
  }

  async #send(path: string, init: RequestInit): Promise<Answer> {
    const { url, authorization } = this.#address;
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': 'cosweep',
      ...(authorization === null ? {} : { authorization }),
    };
    const signal = AbortSignal.timeout(this.#patience);
    // Another address that a server names would get the credentials too.
    const response = await fetch(`${url}/api/2.0/mlflow/${path}`, { ...init, headers, signal, redirect: 'manual' });
    return { response, text: await readText(response) };
  }

  #noAnswer(error: Error): OutsideError {
    return new OutsideError(`${this.#attempted}: ${this.#reason(error)}; wanted an MLflow server that answers there`);
  }

  #refuseRedirect(response: Response): void {
    if (response.status < 300 || response.status >= 400) return;
    const to = printable(response.headers.get('location') ?? 'elsewhere');
    throw new UserError(
      `${this.#attempted}: it sends on to ${cut(to)} (${response.status}); wanted the address of MLflow itself`,
    );
  }

  #refuseStatus(response: Response, text: string): void {
    const { status, ok } = response;
    if (ok) return;
    const said = ServerError.safeParse(parse(text));
    const words = said.success ? said.data.message : isPage(response, text) ? '' : text;
    const quoted = words.trim() === '' ? '' : `: ${cut(printable(words.trim()))}`;
    if (status === 401 || status === 403)
      throw new UserError(
        `${this.#attempted}: it refuses who asks (${status}${quoted}); wanted MLFLOW_TRACKING_TOKEN, ` +
          'or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, that it knows',
      );
    if (said.success)
      throw new RefusedError(
        `${this.#attempted}: it answers ${status} ${said.data.error_code}${quoted}`,
        said.data.error_code,
      );
    if (status === 404 || (status < 500 && isPage(response, text))) throw this.#isNoServer(response, text);
    throw new OutsideError(
      `${this.#attempted}: it answers ${status}${quoted}; \`sync\` again goes on where it stopped`,
    );
  }

  #isNoServer({ status }: Response, text: string): UserError {
    const found = /^\s*</.test(text) ? 'a page' : 'an answer';
    return new UserError(
      `${this.#attempted}: found ${found} that is none of MLflow's API (${status}); wanted the address of a tracking ` +
        'server, with its path where it has one',
    );
  }

  get #attempted(): string {
    return `Cannot sync to MLflow at ${this.#address.url}`;
  }

  #reason(error: Error): string {
    const { name, cause, message } = error as Failure;
    if (name === 'TimeoutError') return `no answer within ${this.#patience / 1000} s`;
    const code = cause?.code;
    return code === undefined ? (cause?.message ?? message) : `${WORDS[code] ?? 'no connection'} (${code})`;
  }
}

/** What `fetch` throws. */
type Failure = Error & { cause?: { code?: string; message?: string } };

/** Codes of connections that were never made: the server has not seen the request. */
const NEVER_MADE = ['ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'];
/** Codes of connections that were cut, or were not made in time. */
const CUT = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET'];

/** Whether a failed connection may succeed a little later. A server that was waited for in vain is not asked again. */
function mayPass(error: Error, creates: boolean): boolean {
  const code = (error as Failure).cause?.code ?? '';
  return NEVER_MADE.includes(code) || (!creates && CUT.includes(code));
}

/**
 * 429 alone says that the server has not begun with the request: 503 is what a proxy answers too that has handed it on
 * and waited in vain.
 */
function isBusy({ status }: Response, creates: boolean): boolean {
  return status === 429 || (!creates && status >= 500);
}

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no machine of this name',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ETIMEDOUT: 'no answer',
  UND_ERR_CONNECT_TIMEOUT: 'no answer',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
};

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > MOST_BYTES) throw new Error(`an answer of more than ${MOST_BYTES} bytes`);
  }
  return text + decoder.decode();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPage(response: Response, text: string): boolean {
  return (response.headers.get('content-type') ?? '').includes('html') || /^\s*</.test(text);
}

function cut(text: string): string {
  return text.length > MOST_SAID ? `${text.slice(0, MOST_SAID)}…` : text;
}
