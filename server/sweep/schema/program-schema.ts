import { z } from 'zod';
import type { Problem } from '../problem.ts';
import { above, atLeast, flag, oneOf, strict, text, whole } from './schema-parts.ts';

const DURATION = 'a number of seconds > 0, or a text such as "90s", "10m" or "2h"';

/** A length of time, as a definition writes it. */
const duration = z.union(
  [z.number(DURATION).gt(0, DURATION), z.string(DURATION).regex(/^\d+(\.\d+)?[smh]$/, DURATION)],
  DURATION,
);

const SECONDS = { s: 1, m: 60, h: 3600 } as const;

/** `"10m"` → 600 */
export function toSeconds(written: z.output<typeof duration>): number {
  if (typeof written === 'number') return written;
  return Number(written.slice(0, -1)) * SECONDS[written.at(-1) as keyof typeof SECONDS];
}

const COMMAND = 'a list of the program and its arguments, ["python3", "train.py"]';
const argument = z.union(
  [z.string(), z.array(z.string(), 'a list of texts').min(1, 'at least one text')],
  'a text, or a list of texts that is left out where one of its values is null',
);
const files = (wanted: string) => z.array(text('a file'), wanted);

/** `training.program` of a definition: how a user's own program is started, and what it can do. */
export const programSchema = strict({
  command: z.array(argument, COMMAND).min(1, COMMAND).describe('Program and arguments; no shell reads them.'),
  files: files('a list of files')
    .default([])
    .describe('The program: files and patterns such as "*.py", beside the definition. A copy of them is run.'),
  data: files('a list of files').default([]).describe('Files whose contents say which data it trains on.'),
  dataVersion: text('a text').nullable().default(null).describe('Instead of `data`: another text is other data.'),
  metrics: oneOf(['file', 'stdout'])
    .default('file')
    .describe('Where it reports: `out.jsonl`, or lines of `name=value` on stdout.'),
  names: z
    .record(z.string(), text('the name of a metric'), 'an object of names')
    .default({})
    .describe('Names on stdout, and the metrics that they are: {"acc": "val/accuracy"}.'),
  fork: flag().default(false).describe('It saves and loads checkpoints: runs share stages.'),
  resident: flag().default(false).describe('It reads the folder of the next stage from stdin.'),
  exact: flag().default(true).describe('False: a run that shares stages need not have the same bits as one alone.'),
  gpus: whole(0).default(0).describe('Devices that one process gets.'),
  timeout: duration.default('1h').describe('So long it may report nothing.'),
  grace: duration.default('60s').describe('So long it may take to save and end when it is asked to stop.'),
  env: z.array(text('a name'), 'a list of names').default([]).describe('Further environment variables that it gets.'),
});

const length = {
  batches: whole(1).optional().describe('Optimiser steps of a run; this or `epochs`.'),
  epochs: atLeast(1).optional().describe('Passes over the training part, beside `batchesPerEpoch`.'),
  batchesPerEpoch: above(0).optional().describe('Optimiser steps in a pass; not needed beside `batches`.'),
  evalEvery: whole(1).optional().describe('Optimiser steps between evaluations; one epoch, or the whole run.'),
};

/** The keys of `training` that Cosweep reads beside a program. All others are the program's own. */
export const PROGRAM_KEYS = ['program', ...Object.keys(length)];

/** `training` of a definition whose runs a user's own program trains. */
export const programTrainingSchema = z.looseObject({ program: programSchema, ...length }, 'an object with program');

export type ProgramTrainingOutput = z.output<typeof programTrainingSchema>;

/** The length of a program's runs is given once: in batches, or in epochs of a known length. */
export function problemsOfLength({ batches, epochs, batchesPerEpoch }: Record<string, unknown>): Problem[] {
  if ((batches === undefined) === (epochs === undefined)) {
    const found = batches === undefined ? 'neither batches nor epochs' : 'both batches and epochs';
    return [{ path: 'training', message: `found ${found}, wanted one of them` }];
  }
  if (epochs === undefined || batchesPerEpoch !== undefined) return [];
  return [
    {
      path: 'training.batchesPerEpoch',
      message: 'found nothing beside epochs, wanted the number of batches in one: a program does not tell it',
    },
  ];
}
