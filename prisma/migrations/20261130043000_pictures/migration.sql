CREATE TABLE "Picture" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "hash" BLOB NOT NULL,
    "data" BLOB NOT NULL
);
CREATE UNIQUE INDEX "Picture_hash_key" ON "Picture" ("hash");

ALTER TABLE "Artefact" ADD COLUMN "pictures" TEXT;
-- Few artefacts have any, and those that have are found without the many.
CREATE INDEX "Artefact_pictures" ON "Artefact" ("stageId") WHERE "pictures" IS NOT NULL;
