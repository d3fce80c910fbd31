CREATE TABLE "StageUsage" (
    "stageId" INTEGER NOT NULL PRIMARY KEY,
    "processorSeconds" REAL NOT NULL DEFAULT 0,
    "processorOver" REAL NOT NULL DEFAULT 0,
    "peakMemory" BIGINT,
    "gpuBusySeconds" REAL NOT NULL DEFAULT 0,
    "gpuOver" REAL NOT NULL DEFAULT 0,
    "gpuPeakUse" REAL,
    "gpuPeakMemory" BIGINT,
    "joules" REAL NOT NULL DEFAULT 0,
    "joulesOver" REAL NOT NULL DEFAULT 0,
    CONSTRAINT "StageUsage_stageId_fkey" FOREIGN KEY ("stageId") REFERENCES "Stage" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
