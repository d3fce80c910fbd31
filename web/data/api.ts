import type { ErrorResponse } from '../../server/http/schemas/error.ts';
import type { Problem } from '../../server/sweep/problem.ts';

/** An answer that is an error, or no answer at all (`status` 0). Its message is text for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Problem[];

  constructor(status: number, code: string, message: string, details: Problem[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export function get<Body>(path: string, signal?: AbortSignal): Promise<Body> {
  return request<Body>(path, { signal: signal ?? null });
}

export function post<Body>(path: string, body: unknown): Promise<Body> {
  return request<Body>(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Address of an endpoint, relative to the page's base so that any --base-path works. */
export function apiAddress(path: string): string {
  return `api/${path}`;
}

/** `query({ sort: 'arm', page: 2, q: '' })` → `?sort=arm&page=2`: empty values are left out. */
export function query(values: Record<string, string | number | null | undefined>): string {
  const entries = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)]))}`;
}

async function request<Body>(path: string, options: RequestInit): Promise<Body> {
  const response = await fetch(apiAddress(path), options).catch((error: unknown) => {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', 'Cannot reach the server: is `cosweep serve` still running?');
  });
  const body = (await response.json().catch(() => null)) as (Body & Partial<ErrorResponse>) | null;
  if (response.ok && body !== null) return body;
  if (options.signal?.aborted) throw new DOMException('aborted', 'AbortError');
  const error = body?.error;
  throw new ApiError(
    response.status,
    error?.code ?? 'internal',
    error?.message ?? `Cannot read the answer of the server: status ${response.status}, want JSON`,
    error?.details,
  );
}
