-- What is remembered of sweeps, arms and runs. No answer depends on it, so it has a count of its own beside "revision".
ALTER TABLE "Sweep" ADD COLUMN "definedName" TEXT NOT NULL DEFAULT '';
ALTER TABLE "Sweep" ADD COLUMN "archived" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Sweep" ADD COLUMN "remembered" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "Run" ADD COLUMN "remembered" INTEGER NOT NULL DEFAULT 0;
UPDATE "Sweep" SET "definedName" = "name";
CREATE INDEX "Sweep_definedName_idx" ON "Sweep"("definedName");
CREATE INDEX "Sweep_remembered_idx" ON "Sweep"("remembered");
CREATE INDEX "Run_remembered_idx" ON "Run"("remembered");

CREATE TABLE "Mark" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "sweepId" INTEGER,
    "armKey" TEXT,
    "runId" INTEGER,
    "star" BOOLEAN NOT NULL DEFAULT false,
    "note" TEXT,
    "changedAt" DATETIME NOT NULL,
    CONSTRAINT "Mark_sweepId_fkey" FOREIGN KEY ("sweepId") REFERENCES "Sweep" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Mark_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CHECK (("sweepId" IS NULL) <> ("runId" IS NULL)),
    CHECK ("armKey" IS NULL OR "sweepId" IS NOT NULL)
);
CREATE UNIQUE INDEX "Mark_sweep" ON "Mark"("sweepId") WHERE "armKey" IS NULL;
CREATE UNIQUE INDEX "Mark_sweepId_armKey_key" ON "Mark"("sweepId", "armKey");
CREATE UNIQUE INDEX "Mark_runId_key" ON "Mark"("runId");

CREATE TABLE "MarkTag" (
    "markId" INTEGER NOT NULL,
    "tag" TEXT NOT NULL,
    PRIMARY KEY ("markId", "tag"),
    CONSTRAINT "MarkTag_markId_fkey" FOREIGN KEY ("markId") REFERENCES "Mark" ("id") ON DELETE CASCADE ON UPDATE CASCADE
) WITHOUT ROWID;

-- Notes of sweeps were a column of their own.
INSERT INTO "Mark" ("sweepId", "note", "changedAt") SELECT "id", "notes", "createdAt" FROM "Sweep" WHERE "notes" IS NOT NULL;
DROP TRIGGER "Sweep_changed";
ALTER TABLE "Sweep" DROP COLUMN "notes";
CREATE TRIGGER "Sweep_changed" AFTER UPDATE OF "name", "definition", "planHash", "engine", "state", "cancelRequested", "error", "queuedAt" ON "Sweep" BEGIN
    UPDATE "Change" SET "revision" = "revision" + 1;
    UPDATE "Sweep" SET "revision" = (SELECT "revision" FROM "Change") WHERE "id" = NEW."id";
END;

-- Whoever changes tags writes "changedAt" too.
CREATE TRIGGER "Mark_added" AFTER INSERT ON "Mark" BEGIN
    UPDATE "Change" SET "revision" = "revision" + 1;
    UPDATE "Run" SET "remembered" = (SELECT "revision" FROM "Change") WHERE "id" = NEW."runId";
    UPDATE "Sweep" SET "remembered" = (SELECT "revision" FROM "Change")
        WHERE "id" = NEW."sweepId" OR "id" IN (SELECT "sweepId" FROM "SweepRun" WHERE "runId" = NEW."runId");
END;
CREATE TRIGGER "Mark_changed" AFTER UPDATE ON "Mark" BEGIN
    UPDATE "Change" SET "revision" = "revision" + 1;
    UPDATE "Run" SET "remembered" = (SELECT "revision" FROM "Change") WHERE "id" = NEW."runId";
    UPDATE "Sweep" SET "remembered" = (SELECT "revision" FROM "Change")
        WHERE "id" = NEW."sweepId" OR "id" IN (SELECT "sweepId" FROM "SweepRun" WHERE "runId" = NEW."runId");
END;
CREATE TRIGGER "Sweep_archived" AFTER UPDATE OF "archived" ON "Sweep" BEGIN
    UPDATE "Change" SET "revision" = "revision" + 1;
    UPDATE "Sweep" SET "remembered" = (SELECT "revision" FROM "Change") WHERE "id" = NEW."id";
END;
