import type { Changes } from '../store/database/changes.ts';
import type { ServerEvent } from './schemas/event.ts';

/** What changed, or that everything has to be looked at anew. */
export interface News extends Changes {
  everything?: true;
  /** Something was noted of workers on other machines. */
  workers?: true;
}

/**
 * The source that changes are read from. It is asked several times a second, so it must be cheap when nothing has
 * changed.
 */
export interface ChangeSource {
  /** The number of the last change. */
  revision(): number;
  /** Everything that changed after that revision. */
  since(revision: number): News | Promise<News>;
}

export interface ChangeFeed {
  /** Calls `listener` for every change from now on; returns the function that ends it. */
  subscribe(listener: (event: ServerEvent) => void): () => void;
  close(): void;
}

/**
 * Changes as events. The event of the list comes first, since a later event may name a sweep that is new in the list.
 */
export function toEvents({ list, sweeps, runs, everything, workers }: News): ServerEvent[] {
  return [
    ...(everything ? [{ kind: 'hello' as const }] : []),
    ...(list ? [{ kind: 'sweeps' as const }] : []),
    ...sweeps.map((sweep) => ({ kind: 'sweep' as const, sweep })),
    ...runs.map((run) => ({ kind: 'run' as const, run })),
    ...(workers ? [{ kind: 'workers' as const }] : []),
  ];
}

/**
 * Watches the database and tells every listener. Another process trains and cannot call this one, so every `interval`
 * ms the database is asked for news. While nobody listens, nothing is read.
 */
export function watchChanges(source: ChangeSource, interval: number, report: (error: unknown) => void): ChangeFeed {
  const listeners = new Set<(event: ServerEvent) => void>();
  let timer: NodeJS.Timeout | null = null;
  let revision = 0;
  let looking = false;

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      const changes = await source.since(revision);
      revision = changes.revision;
      for (const event of toEvents(changes)) for (const listener of listeners) listener(event);
    } catch (error) {
      report(error);
    } finally {
      looking = false;
    }
  }

  function stop(): void {
    if (timer !== null) clearInterval(timer);
    timer = null;
  }

  return {
    subscribe(listener) {
      if (timer === null) {
        try {
          revision = source.revision();
        } catch (error) {
          report(error); // a database that cannot be read now may be readable at the next look
        }
        timer = setInterval(() => void look(), interval);
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
    close() {
      listeners.clear();
      stop();
    },
  };
}
