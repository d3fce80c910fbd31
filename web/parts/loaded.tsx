import type { ComponentChildren } from 'preact';
import { ApiError } from '../data/api.ts';
import type { Resource } from '../data/use-resource.ts';
import { Message } from './message.tsx';

interface LoadedProps<Value> {
  resource: Resource<Value>;
  /** Named in messages: `the sweeps`. */
  what: string;
  /** True where the page is nothing without it. */
  isPage?: boolean;
  children: (value: Value) => ComponentChildren;
}

/**
 * Shows a resource once it is there; an older value stays visible while a newer attempt fails, with a word about it.
 */
export function Loaded<Value>({ resource: { value, error, loading }, what, isPage, children }: LoadedProps<Value>) {
  if (value === null) {
    if (error !== null) return <Failure error={error} what={what} isPage={isPage} />;
    return <Message kind="loading" title={`Loading ${what} …`} />;
  }
  return (
    <div class={loading ? 'loaded loaded-again' : 'loaded'} aria-busy={loading}>
      {error !== null && (
        <p class="banner" role="alert">
          Not up to date: {error.message}
        </p>
      )}
      {children(value)}
    </div>
  );
}

interface FailureProps {
  error: Error;
  what: string;
  isPage?: boolean | undefined;
}

export function Failure({ error, what, isPage }: FailureProps) {
  const details = error instanceof ApiError ? error.details : [];
  return (
    <Message kind="error" title={`Cannot show ${what}`} isPage={isPage}>
      <p>{error.message}</p>
      {details.length > 0 && <Problems problems={details} />}
    </Message>
  );
}

/** Every problem, with its place. */
export function Problems({ problems }: { problems: { path: string; message: string }[] }) {
  return (
    <ul class="problems">
      {problems.map(({ path, message }, index) => (
        <li key={index}>
          {path !== '' && <code>{path}</code>} {message}
        </li>
      ))}
    </ul>
  );
}
