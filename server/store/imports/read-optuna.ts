import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { explainFileError } from '../../sweep/file-error.ts';
import type { OptunaStudy, OptunaTrial } from '../../sweep/optuna-study.ts';
import { UserError } from '../../sweep/user-error.ts';

/**
 * Reads all studies of a file that Optuna keeps by `sqlite:///FILE`.
 */
export function readOptunaStudies(file: string): OptunaStudy[] {
  const database = open(file);
  try {
    // Optuna may be writing: all is read at one moment.
    return database.transaction(() => {
      const studies = database.prepare('SELECT study_id AS id, study_name AS name FROM studies ORDER BY 1').all();
      return (studies as { id: number; name: string }[]).map((study) => readStudy(database, study));
    })();
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    throw new UserError(
      `Cannot read ${file}: found ${error.message}; ` +
        'an SQLite file of Optuna 3 or later is wanted (optuna storage upgrade)',
    );
  } finally {
    database.close();
  }
}

function open(file: string): Database.Database {
  try {
    statSync(file);
    return new Database(file, { readonly: true, fileMustExist: true });
  } catch (error) {
    throw explainFileError(error, `read ${file}`);
  }
}

function readStudy(database: Database.Database, { id, name }: { id: number; name: string }): OptunaStudy {
  const all = <Row>(sql: string, of: number) => database.prepare(sql).all(of) as Row[];
  const names = database
    .prepare(`SELECT value_json FROM study_system_attributes WHERE study_id = ? AND key = 'study:metric_names'`)
    .pluck()
    .get(id) as string | undefined;
  const trials = all<OptunaTrial & { id: number }>(
    `SELECT trial_id AS id, number, state, datetime_start AS startedAt, datetime_complete AS completedAt
    FROM trials WHERE study_id = ? ORDER BY number`,
    id,
  );
  return {
    name,
    directions: all('SELECT objective, direction FROM study_directions WHERE study_id = ? ORDER BY objective', id),
    metricNames: names === undefined ? null : (JSON.parse(names) as string[]),
    trials: trials.map(({ id: trial, ...row }) => ({
      ...row,
      parameters: all(
        `SELECT param_name AS name, param_value AS value, distribution_json AS distribution
        FROM trial_params WHERE trial_id = ? ORDER BY param_id`,
        trial,
      ),
      values: all('SELECT objective, value FROM trial_values WHERE trial_id = ? ORDER BY objective', trial),
      reports: all(
        'SELECT step, intermediate_value AS value FROM trial_intermediate_values WHERE trial_id = ? ORDER BY step',
        trial,
      ),
      attributes: all(
        'SELECT key, value_json AS value FROM trial_user_attributes WHERE trial_id = ? ORDER BY key',
        trial,
      ),
    })),
  };
}
