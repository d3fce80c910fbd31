import type { Plan } from '../../sweep/plan/plan.ts';

/**
 * Plans the text of a definition, for a sweep that is to be stored; handed over by the command.
 *
 * @param folder where relative paths start
 * @param engine of the sweep that the definition was made from, null where it has none: its program is used again,
 *   whatever its files are now; left out where the definition is the user's own
 */
export type PlanAction = (definition: string, folder: string, engine?: string | null) => Promise<Plan>;
