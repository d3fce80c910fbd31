/**
 * `npm run bench disk -- FILE…`: what databases take on the disk. For each it prints the bytes of every table with its
 * indices, bytes a point, and how much of the pages is unused. Nothing is written to them.
 */
import { resolve } from 'node:path';
import Database from 'better-sqlite3';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('Cannot measure: no database was named; wanted `npm run bench disk -- FILE…`');
  process.exit(2);
}
for (const file of files) console.log(describe(file));

interface TableSize {
  name: string;
  bytes: number;
  payload: number;
  unused: number;
}

function describe(file: string): string {
  const database = new Database(resolve(file), { readonly: true, fileMustExist: true });
  try {
    const points = database.prepare('SELECT count(*) FROM "Point"').pluck().get() as number;
    const tables = sizesOf(database);
    const total = tables.reduce((sum, { bytes }) => sum + bytes, 0);
    const bytesOf = (...names: string[]): number =>
      tables.filter(({ name }) => names.includes(name)).reduce((sum, { bytes }) => sum + bytes, 0);
    const percent = (bytes: number, of: number): string => `${((100 * bytes) / of).toFixed(1).padStart(5)} %`;
    const count = (bytes: number): string => bytes.toLocaleString('en-US').padStart(14);
    return [
      `${file}: ${count(total).trim()} bytes, ${count(points).trim()} points`,
      `  a point takes ${(bytesOf('Point') / points).toFixed(1)} bytes, with all else ${(total / points).toFixed(1)}`,
      `  artefacts with their pictures take ${percent(bytesOf('Artefact', 'Picture'), total).trim()}`,
      ...tables
        .slice(0, 8)
        .map(
          ({ name, bytes, payload, unused }) =>
            `  ${name.padEnd(14)}${count(bytes)}  ${percent(bytes, total)}, ` +
            `of it ${percent(payload, bytes)} rows and ${percent(unused, bytes)} unused`,
        ),
    ].join('\n');
  } finally {
    database.close();
  }
}

/** Of each table with its indices, the largest first. */
function sizesOf(database: Database.Database): TableSize[] {
  return database
    .prepare(
      `SELECT m.tbl_name AS name, sum(s.pgsize) AS bytes, sum(s.payload) AS payload, sum(s.unused) AS unused
      FROM dbstat s JOIN sqlite_schema m ON m.name = s.name
      GROUP BY m.tbl_name ORDER BY bytes DESC`,
    )
    .all() as TableSize[];
}
