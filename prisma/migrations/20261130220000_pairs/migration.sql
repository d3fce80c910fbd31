-- Pairs of arms without N too: those of programs and of imports, whose controls are named.
DROP VIEW "pairs";

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
    JOIN "Arm" a ON a."sweepId" = s."sweepId" AND a."index" = s."armIndex"
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
