/** The name of the engine of runs that were trained elsewhere. */
export const IMPORTED = 'imported';
