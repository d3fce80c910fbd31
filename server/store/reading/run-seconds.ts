/**
 * Seconds of training along a run's path, evaluations and what it shares included, as an SQL expression over a table of
 * the alias `r`; NULL before it has trained.
 */
export const RUN_SECONDS = `(SELECT nullif(sum(g.trainingSeconds + g.evaluationSeconds), 0)
  FROM "RunStage" p JOIN "Stage" g ON g.id = p.stageId WHERE p.runId = r.id)`;
