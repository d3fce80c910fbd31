/** What the database keeps of an arm's parameters is what everybody shows. */
export { shownParameters as toParams, type ShownParameters as Params } from '../sweep/shown-parameters.ts';
