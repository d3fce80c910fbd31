CREATE TABLE "RemoteHead" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "token" INTEGER NOT NULL,
    "sweepId" INTEGER,
    "writtenAt" DATETIME NOT NULL,
    "waiting" TEXT NOT NULL
);

CREATE TABLE "RemoteWorker" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "slots" INTEGER NOT NULL,
    "engine" TEXT NOT NULL,
    "device" TEXT,
    "versions" TEXT,
    "bits" TEXT,
    "state" TEXT NOT NULL,
    "stages" TEXT NOT NULL,
    "cameAt" DATETIME NOT NULL,
    "heardAt" DATETIME NOT NULL,
    "reason" TEXT
);

ALTER TABLE "Change" ADD COLUMN "workers" INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER "RemoteHead_added" AFTER INSERT ON "RemoteHead" BEGIN
    UPDATE "Change" SET "workers" = "workers" + 1;
END;
CREATE TRIGGER "RemoteHead_changed" AFTER UPDATE ON "RemoteHead" BEGIN
    UPDATE "Change" SET "workers" = "workers" + 1;
END;
CREATE TRIGGER "RemoteHead_removed" AFTER DELETE ON "RemoteHead" BEGIN
    UPDATE "Change" SET "workers" = "workers" + 1;
END;
