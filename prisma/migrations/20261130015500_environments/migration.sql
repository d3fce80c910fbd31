CREATE TABLE "Environment" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "hash" TEXT NOT NULL,
    "data" TEXT NOT NULL
);
CREATE UNIQUE INDEX "Environment_hash_key" ON "Environment"("hash");
ALTER TABLE "Run" ADD COLUMN "environmentId" INTEGER REFERENCES "Environment" ("id") ON DELETE SET NULL ON UPDATE CASCADE;
CREATE INDEX "Run_environmentId_idx" ON "Run"("environmentId");
