import * as z from 'zod';
import type { Losses } from '../../store/reading/read-losses.ts';
import type { Removed } from '../../store/sweeps/remove-sweep.ts';
import type { Mark } from '../../sweep/marks.ts';
import { count, words } from './fields.ts';
import { sameShape, shape } from './registry.ts';

export const mark = sameShape<Mark>()(
  'Mark',
  'What somebody remembers of a sweep, an arm or a run; no result depends on it',
  z.strictObject({
    star: z.boolean().describe('true where it is starred'),
    tags: z.array(z.string()).describe('its tags, sorted'),
    note: words.describe('plain text, which may have several lines; null where there is none'),
  }),
);
export type { Mark };

export const armMark = z.strictObject({
  arm: count.describe('index of the arm'),
  mark: mark.describe('what is remembered of it'),
});

/** What becomes of a mark. The store says what a tag and a note may be. */
export const markRequest = z.strictObject({
  star: z.boolean().optional().describe('default: as it is'),
  note: z.string().nullable().optional().describe('at most 64 kB; null or empty: none; default: as it is'),
  add: z.array(z.string()).max(100).optional().describe('tags that it gets, each of at most 64 characters'),
  remove: z.array(z.string()).max(100).optional().describe('tags that it loses; one that it lacks is no mistake'),
});
export type MarkRequest = z.input<typeof markRequest>;

export const renameRequest = z.strictObject({
  name: z.string().nullable().describe("at most 200 characters; null: the definition's own name again"),
});

export const archiveRequest = z.strictObject({
  archived: z.boolean().describe('true: lists leave the sweep out unless they are asked for it'),
});

export const tagList = shape(
  'TagList',
  'Every tag that anything in the database has',
  z.strictObject({ tags: z.array(z.string()).describe('sorted') }),
);
export type TagList = z.output<typeof tagList>;

export const losses = sameShape<Losses>()(
  'Losses',
  'What is lost where a sweep is deleted',
  z.strictObject({
    runs: count.describe('runs that no other sweep refers to: they go, with their curves and weights'),
    complete: count.describe('how many of these are complete'),
    shared: count.describe('runs that stay, because another sweep refers to them'),
    seconds: z.number().describe('seconds of training that went into them alone'),
  }),
);
export type { Losses };

export const removed = sameShape<Removed>()(
  'Removed',
  'What was deleted with a sweep',
  z.strictObject({
    runs: count.describe('runs that no other sweep referred to'),
    stages: count.describe('stages that no other run went through'),
    checkpoints: count.describe('checkpoint files'),
  }),
);
export type { Removed };
