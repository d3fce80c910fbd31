/** So many stages have one of them trained again. */
const ONE_IN = 50;

/** The larger, the later a stage is chosen. It is decided by its key alone: the same stages are chosen each time. */
export function rankOf(key: string): number {
  return Number.parseInt(key.slice(0, 12), 16);
}

/** Whether a stage is one of those that are trained again, however many there are. */
export function isChosen(key: string): boolean {
  return rankOf(key) % ONE_IN === 0;
}
