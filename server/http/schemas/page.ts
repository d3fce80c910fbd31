import * as z from 'zod';
import { count } from './fields.ts';
import { shape } from './registry.ts';

/** One page of a longer list. */
export function page<Item extends z.ZodType>(id: string, description: string, item: Item) {
  return shape(
    id,
    description,
    z.strictObject({
      items: z.array(item).describe('the items of this page'),
      total: count.describe('how many items there are on all pages'),
      page: count.describe('which page this is, counted from 1'),
      size: count.describe('how many items a full page has'),
    }),
  );
}
