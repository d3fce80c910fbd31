/** As long as MLflow's own client waits for an answer. */
export const PATIENCE_MS = 120_000;

/** The waits before a request that failed is sent again: a server that is started anew is there by then. */
export const WAITS_MS: readonly number[] = [500, 1_000, 2_000, 4_000];
