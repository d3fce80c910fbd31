import * as z from 'zod';
import { shape } from './registry.ts';

export const serverEvent = shape(
  'ServerEvent',
  'What changed; changes within a third of a second come as one event',
  z.strictObject({
    kind: z
      .enum(['hello', 'sweeps', 'sweep', 'run', 'workers', 'closing'])
      .describe(
        '`hello`: the connection stands (sent first, and after every reconnection: read everything ' +
          'anew). `sweeps`: a sweep was added or removed. `sweep`: something of this sweep or of its runs ' +
          'changed. `run`: this run changed: its state, or it has new curve points. `workers`: ' +
          'something was heard of workers on other machines. `closing`: the server is shutting down',
      ),
    sweep: z.string().exactOptional().describe('id of the sweep, of `sweep` events'),
    run: z.string().exactOptional().describe('id of the run, of `run` events'),
  }),
);
export type ServerEvent = z.output<typeof serverEvent>;
