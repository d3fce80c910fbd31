import { paging } from '../../server/http/parameters.ts';
import type { LimitCase } from './limit-case.ts';

export const requestLimits: LimitCase[] = [
  { what: 'request: items of a page (`size`)', error: () => paging.size.safeParse('501').error!.issues[0]!.message },
];
