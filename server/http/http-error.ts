import type { Problem } from '../sweep/problem.ts';

/** Every code that an answer can carry, and its status. */
const STATUSES = {
  'bad-request': 400,
  'bad-definition': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  'too-many-requests': 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof STATUSES;

/** A refusal that the caller can do something about; its message is shown as it is. */
export class HttpError extends Error {
  override name = 'HttpError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: Problem[] | undefined;

  constructor(code: ErrorCode, message: string, details?: Problem[]) {
    super(message);
    this.code = code;
    this.status = STATUSES[code];
    this.details = details;
  }
}
