import type { Route } from '../route.ts';
import type { RouteName } from './messages.ts';

/** A route cannot be sent to another process, its name can. */
export function nameOf({ method, path }: Route): RouteName {
  return `${method} ${path}`;
}
