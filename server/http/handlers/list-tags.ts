import { readTags } from '../../store/reading/read-marks.ts';
import { nothing, route } from '../route.ts';
import { tagList } from '../schemas/mark.ts';

export const listTagsRoute = route({
  method: 'get',
  path: '/tags',
  summary: 'Every tag that a sweep, an arm or a run has',
  params: nothing,
  query: nothing,
  body: null,
  answer: { status: 200, shape: tagList },
  handle: ({ storage }) => ({ status: 200, body: { tags: readTags(storage) } }),
});
