/** What others call the seed, with whatever stands before it. */
export const SEED_NAME = /^(.*[./])?(seed|random_seed|manual_seed|rng_seed|random_state|training_seed)$/i;

/** What a metric is called whatever tool names it. */
export const METRIC_OF_PART = /^(train|val|test)\//;
