CREATE TABLE "Look" (
    "sweepId" INTEGER NOT NULL,
    "seeds" INTEGER NOT NULL,
    PRIMARY KEY ("sweepId", "seeds"),
    CONSTRAINT "Look_sweepId_fkey" FOREIGN KEY ("sweepId") REFERENCES "Sweep" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE "Extension" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "sweepId" INTEGER NOT NULL,
    "extendedAt" DATETIME NOT NULL,
    "definition" TEXT NOT NULL,
    "arms" INTEGER NOT NULL,
    "seeds" INTEGER NOT NULL,
    CONSTRAINT "Extension_sweepId_fkey" FOREIGN KEY ("sweepId") REFERENCES "Sweep" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "Extension_sweepId_idx" ON "Extension"("sweepId");
