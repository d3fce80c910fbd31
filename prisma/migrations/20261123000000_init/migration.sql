CREATE TABLE "Sweep" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "definitionPath" TEXT,
    "folder" TEXT NOT NULL,
    "definition" TEXT NOT NULL,
    "planHash" TEXT NOT NULL,
    "plan" TEXT NOT NULL,
    "metricName" TEXT NOT NULL,
    "metricGoal" TEXT NOT NULL,
    "engine" TEXT,
    "share" BOOLEAN NOT NULL,
    "state" TEXT NOT NULL,
    "cancelRequested" BOOLEAN NOT NULL DEFAULT false,
    "error" TEXT,
    "notes" TEXT,
    "createdAt" DATETIME NOT NULL,
    "queuedAt" DATETIME NOT NULL,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    "resumedAt" DATETIME,
    "batchesBefore" INTEGER NOT NULL DEFAULT 0,
    "revision" INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX "Sweep_name_idx" ON "Sweep"("name");
CREATE INDEX "Sweep_definitionPath_idx" ON "Sweep"("definitionPath");
CREATE INDEX "Sweep_state_queuedAt_idx" ON "Sweep"("state", "queuedAt");
CREATE INDEX "Sweep_revision_idx" ON "Sweep"("revision");

CREATE TABLE "Arm" (
    "sweepId" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "ablation" TEXT,
    "control" BOOLEAN NOT NULL,
    "controlIndex" INTEGER,
    "alpha" REAL,
    "beta" REAL,
    "gamma" REAL,
    "epsilon" REAL,
    "N" INTEGER,
    "swept" TEXT NOT NULL,
    "settings" TEXT NOT NULL,
    PRIMARY KEY ("sweepId", "index"),
    CONSTRAINT "Arm_sweepId_fkey" FOREIGN KEY ("sweepId") REFERENCES "Sweep" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE "Run" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "key" TEXT,
    "edition" INTEGER NOT NULL DEFAULT 0,
    "seed" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "engine" TEXT,
    "device" TEXT,
    "versions" TEXT,
    "gitCommit" TEXT,
    "configuration" TEXT,
    "dataFingerprint" TEXT,
    "batches" INTEGER NOT NULL,
    "batch" INTEGER NOT NULL DEFAULT 0,
    "epsilon" REAL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "divergedBatch" INTEGER,
    "intraDead" BOOLEAN,
    "evaluatedVal" INTEGER,
    "evaluatedTest" INTEGER,
    "classes" TEXT,
    "startedAt" DATETIME,
    "finishedAt" DATETIME,
    "revision" INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX "Run_key_edition_key" ON "Run"("key", "edition");
CREATE INDEX "Run_state_idx" ON "Run"("state");
CREATE INDEX "Run_revision_idx" ON "Run"("revision");

CREATE TABLE "SweepRun" (
    "sweepId" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "armIndex" INTEGER NOT NULL,
    "seed" BIGINT NOT NULL,
    "runId" INTEGER NOT NULL,
    "reused" BOOLEAN NOT NULL DEFAULT false,
    PRIMARY KEY ("sweepId", "position"),
    CONSTRAINT "SweepRun_sweepId_fkey" FOREIGN KEY ("sweepId") REFERENCES "Sweep" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "SweepRun_sweepId_armIndex_fkey" FOREIGN KEY ("sweepId", "armIndex") REFERENCES "Arm" ("sweepId", "index") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "SweepRun_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "SweepRun_sweepId_armIndex_seed_key" ON "SweepRun"("sweepId", "armIndex", "seed");
CREATE INDEX "SweepRun_runId_idx" ON "SweepRun"("runId");

CREATE TABLE "Stage" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "key" TEXT NOT NULL,
    "edition" INTEGER NOT NULL DEFAULT 0,
    "parentId" INTEGER,
    "fromBatch" INTEGER NOT NULL,
    "toBatch" INTEGER NOT NULL,
    "batch" INTEGER NOT NULL DEFAULT 0,
    "seed" BIGINT NOT NULL,
    "params" TEXT NOT NULL,
    "trainingSeconds" REAL NOT NULL DEFAULT 0,
    "evaluationSeconds" REAL NOT NULL DEFAULT 0,
    CONSTRAINT "Stage_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "Stage" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "Stage_key_edition_key" ON "Stage"("key", "edition");
CREATE INDEX "Stage_parentId_idx" ON "Stage"("parentId");

CREATE TABLE "RunStage" (
    "runId" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "stageId" INTEGER NOT NULL,
    PRIMARY KEY ("runId", "position"),
    CONSTRAINT "RunStage_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "RunStage_stageId_fkey" FOREIGN KEY ("stageId") REFERENCES "Stage" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "RunStage_stageId_idx" ON "RunStage"("stageId");

CREATE TABLE "Checkpoint" (
    "stageId" INTEGER NOT NULL,
    "batch" INTEGER NOT NULL,
    "file" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    PRIMARY KEY ("stageId", "batch"),
    CONSTRAINT "Checkpoint_stageId_fkey" FOREIGN KEY ("stageId") REFERENCES "Stage" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE "Metric" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "epsilon" REAL
);
CREATE UNIQUE INDEX "Metric_name_epsilon_key" ON "Metric"("name", "epsilon");
-- NULLs are distinct to the index above: without this one a metric that has no ε could be there twice.
CREATE UNIQUE INDEX "Metric_name_key" ON "Metric"("name") WHERE "epsilon" IS NULL;

CREATE TABLE "Point" (
    "stageId" INTEGER NOT NULL,
    "metricId" INTEGER NOT NULL,
    "batch" INTEGER NOT NULL,
    "value" REAL,
    PRIMARY KEY ("stageId", "metricId", "batch"),
    CONSTRAINT "Point_stageId_fkey" FOREIGN KEY ("stageId") REFERENCES "Stage" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Point_metricId_fkey" FOREIGN KEY ("metricId") REFERENCES "Metric" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
) WITHOUT ROWID;

CREATE TABLE "StageMetric" (
    "stageId" INTEGER NOT NULL,
    "metricId" INTEGER NOT NULL,
    "lastBatch" INTEGER NOT NULL,
    "last" REAL,
    "minBatch" INTEGER,
    "min" REAL,
    "maxBatch" INTEGER,
    "max" REAL,
    PRIMARY KEY ("stageId", "metricId"),
    CONSTRAINT "StageMetric_stageId_fkey" FOREIGN KEY ("stageId") REFERENCES "Stage" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "StageMetric_metricId_fkey" FOREIGN KEY ("metricId") REFERENCES "Metric" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
) WITHOUT ROWID;

CREATE TABLE "Artefact" (
    "stageId" INTEGER NOT NULL,
    "batch" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "data" BLOB NOT NULL,
    PRIMARY KEY ("stageId", "batch", "name"),
    CONSTRAINT "Artefact_stageId_fkey" FOREIGN KEY ("stageId") REFERENCES "Stage" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE "Lease" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "token" INTEGER NOT NULL,
    "holder" TEXT,
    "pid" INTEGER,
    "host" TEXT,
    "machine" TEXT,
    "command" TEXT,
    "takenAt" DATETIME,
    "heartbeatAt" DATETIME
);
INSERT INTO "Lease" ("name", "token") VALUES ('training', 0);

CREATE TABLE "Change" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "revision" INTEGER NOT NULL,
    "list" INTEGER NOT NULL
);
INSERT INTO "Change" ("id", "revision", "list") VALUES (1, 0, 0);

-- Whoever changes a sweep or a run, by whatever statement, is counted: so the dashboard asks one row whether anything is new.
-- The inner updates touch only "revision", which no trigger listens to.
CREATE TRIGGER "Sweep_added" AFTER INSERT ON "Sweep" BEGIN
    UPDATE "Change" SET "revision" = "revision" + 1, "list" = "revision" + 1;
    UPDATE "Sweep" SET "revision" = (SELECT "revision" FROM "Change") WHERE "id" = NEW."id";
END;
CREATE TRIGGER "Sweep_changed" AFTER UPDATE OF "name", "definition", "planHash", "engine", "state", "cancelRequested", "error", "notes", "queuedAt" ON "Sweep" BEGIN
    UPDATE "Change" SET "revision" = "revision" + 1;
    UPDATE "Sweep" SET "revision" = (SELECT "revision" FROM "Change") WHERE "id" = NEW."id";
END;
CREATE TRIGGER "Sweep_removed" AFTER DELETE ON "Sweep" BEGIN
    UPDATE "Change" SET "revision" = "revision" + 1, "list" = "revision" + 1;
END;
CREATE TRIGGER "Run_changed" AFTER UPDATE OF "key", "state", "engine", "batch", "attempts", "error" ON "Run" BEGIN
    UPDATE "Change" SET "revision" = "revision" + 1;
    UPDATE "Run" SET "revision" = (SELECT "revision" FROM "Change") WHERE "id" = NEW."id";
    UPDATE "Sweep" SET "revision" = (SELECT "revision" FROM "Change") WHERE "id" IN (SELECT "sweepId" FROM "SweepRun" WHERE "runId" = NEW."id");
END;
