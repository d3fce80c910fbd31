-- What programs other than Cosweep read: docs/sql.md describes every column, and the views stay as they are described.
-- A migration that rebuilds a table, or drops a column of these, has to drop the views first and make them again.
CREATE VIEW "runs" AS
SELECT
    s."sweepId" AS "sweep_id",
    w."name" AS "sweep",
    s."armIndex" AS "arm_index",
    a."name" AS "arm",
    a."ablation" AS "ablation",
    a."control" AS "control",
    a."controlIndex" AS "control_index",
    a."alpha" AS "alpha",
    a."beta" AS "beta",
    a."gamma" AS "gamma",
    a."epsilon" AS "epsilon",
    a."N" AS "N",
    a."swept" AS "swept",
    s."seed" AS "seed",
    s."runId" AS "run_id",
    r."state" AS "state",
    s."reused" AS "reused",
    r."engine" AS "engine",
    r."device" AS "device",
    r."bits" AS "bits",
    r."batch" AS "trained",
    r."batches" AS "batches",
    (
        SELECT nullif(sum(g."trainingSeconds" + g."evaluationSeconds"), 0)
        FROM "RunStage" p JOIN "Stage" g ON g."id" = p."stageId" WHERE p."runId" = r."id"
    ) AS "seconds",
    r."divergedBatch" AS "diverged_batch",
    r."error" AS "error",
    strftime('%Y-%m-%dT%H:%M:%fZ', r."startedAt" / 1000.0, 'unixepoch') AS "started_at",
    strftime('%Y-%m-%dT%H:%M:%fZ', r."finishedAt" / 1000.0, 'unixepoch') AS "finished_at"
FROM "SweepRun" s
JOIN "Sweep" w ON w."id" = s."sweepId"
JOIN "Arm" a ON a."sweepId" = s."sweepId" AND a."index" = s."armIndex"
JOIN "Run" r ON r."id" = s."runId";

-- Stages that runs share are there for each of the runs. Where a stage carries several values of epsilon, a metric that
-- depends on it is there with the run's own.
CREATE VIEW "curves" AS
SELECT p."runId" AS "run_id", m."name" AS "metric", v."batch" AS "batch", v."value" AS "value"
FROM "RunStage" p
JOIN "Run" r ON r."id" = p."runId"
JOIN "Point" v ON v."stageId" = p."stageId"
JOIN "Metric" m ON m."id" = v."metricId" AND (m."epsilon" IS NULL OR m."epsilon" = r."epsilon");

-- The last value of a metric is that of the last stage that has it, and so is the control's.
CREATE VIEW "pairs" AS
SELECT *, "value" - "control_value" AS "difference"
FROM (
    SELECT
        s."sweepId" AS "sweep_id",
        w."name" AS "sweep",
        s."armIndex" AS "arm_index",
        a."name" AS "arm",
        c."armIndex" AS "control_index",
        b."name" AS "control",
        s."seed" AS "seed",
        s."runId" AS "run_id",
        c."runId" AS "control_run_id",
        m."name" AS "metric",
        g."last" AS "value",
        (
            SELECT h."last"
            FROM "RunStage" q
            CROSS JOIN "Metric" n ON n."name" = m."name" AND (n."epsilon" IS NULL OR n."epsilon" = k."epsilon")
            CROSS JOIN "StageMetric" h ON h."stageId" = q."stageId" AND h."metricId" = n."id"
            WHERE q."runId" = k."id" ORDER BY h."lastBatch" DESC LIMIT 1
        ) AS "control_value"
    FROM "SweepRun" s
    JOIN "Sweep" w ON w."id" = s."sweepId"
    JOIN "Arm" a ON a."sweepId" = s."sweepId" AND a."index" = s."armIndex" AND a."N" IS NOT NULL
    JOIN "Arm" b ON b."sweepId" = a."sweepId" AND b."index" = a."controlIndex"
    JOIN "SweepRun" c ON c."sweepId" = s."sweepId" AND c."armIndex" = a."controlIndex" AND c."seed" = s."seed"
    JOIN "Run" r ON r."id" = s."runId" AND r."state" = 'complete'
    JOIN "Run" k ON k."id" = c."runId" AND k."state" = 'complete'
    JOIN "RunStage" p ON p."runId" = r."id"
    JOIN "StageMetric" g ON g."stageId" = p."stageId"
    JOIN "Metric" m ON m."id" = g."metricId" AND (m."epsilon" IS NULL OR m."epsilon" = r."epsilon")
    WHERE NOT EXISTS (
        SELECT 1
        FROM "RunStage" q
        CROSS JOIN "Metric" n ON n."name" = m."name" AND (n."epsilon" IS NULL OR n."epsilon" = r."epsilon")
        CROSS JOIN "StageMetric" h ON h."stageId" = q."stageId" AND h."metricId" = n."id"
        WHERE q."runId" = r."id" AND h."lastBatch" > g."lastBatch"
    )
);
