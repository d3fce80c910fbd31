ALTER TABLE "Sweep" ADD COLUMN "otherBits" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Sweep" ADD COLUMN "killRequested" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Run" ADD COLUMN "bits" TEXT;
ALTER TABLE "Stage" ADD COLUMN "bits" TEXT;

CREATE TABLE "Identity" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "uuid" TEXT NOT NULL,
    "checkpoints" TEXT
);
-- A random name, made where SQLite makes it, so that every database has one from here on.
INSERT INTO "Identity" ("id", "uuid") VALUES (1, lower(hex(randomblob(16))));

CREATE TABLE "FileBeingWritten" (
    "file" TEXT NOT NULL PRIMARY KEY,
    "notedAt" DATETIME NOT NULL,
    "forgotten" BOOLEAN NOT NULL DEFAULT false
);
