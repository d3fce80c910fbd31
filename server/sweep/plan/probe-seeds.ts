/** Of so many seeds a probe trains the trunks: enough to see whether seeds agree. */
export const PROBE_SEEDS = 2;
