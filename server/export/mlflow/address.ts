import { UserError } from '../../sweep/user-error.ts';

/** Where an MLflow server is, and how it is told who asks. */
export interface Address {
  /** Without a slash at its end, and without credentials: it is shown. */
  url: string;
  /** The header Authorization; null where nobody is named. */
  authorization: string | null;
}

const WANTED = 'wanted the address of an MLflow server, such as http://localhost:5000';

type Environment = Record<string, string | undefined>;

/**
 * Reads the address of a server, and the credentials from where MLflow's own client takes them.
 *
 * @param written what the user named; undefined: MLFLOW_TRACKING_URI says
 */
export function readAddress(written: string | undefined, environment: Environment): Address {
  const text = written ?? environment['MLFLOW_TRACKING_URI'] ?? '';
  if (text === '')
    throw new UserError(`Cannot sync to MLflow: found neither an address nor MLFLOW_TRACKING_URI, ${WANTED}`);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') throw refusal(text);
  const inUrl = { username: decoded(url.username, text), password: decoded(url.password, text) };
  url.username = url.password = '';
  return {
    url: url.href.replace(/\/+$/, ''),
    authorization: inUrl.username === '' ? fromEnvironment(environment) : basic(inUrl.username, inUrl.password),
  };
}

function fromEnvironment(environment: Environment): string | null {
  const { MLFLOW_TRACKING_USERNAME: username, MLFLOW_TRACKING_PASSWORD: password } = environment;
  if (username && password) return basic(username, password);
  const token = environment['MLFLOW_TRACKING_TOKEN'];
  if (!token) return null;
  if (/^[\x21-\x7e]+$/.test(token)) return `Bearer ${token}`;
  throw new UserError(
    'Cannot sync to MLflow: found a blank, a line break or another character in MLFLOW_TRACKING_TOKEN that a token ' +
      'has not, wanted the token alone',
  );
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Of a text that is no address: what stands before an @ may be a password, what follows a ? or # a token. */
function withoutCredentials(text: string): string {
  return text.replace(/[?#].*$/s, '').replace(/^(\w+:\/\/)?.*@/s, '$1');
}

function decoded(part: string, text: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw refusal(text);
  }
}

function refusal(text: string): UserError {
  return new UserError(`Cannot sync to MLflow: found ${JSON.stringify(withoutCredentials(text))}, ${WANTED}`);
}
