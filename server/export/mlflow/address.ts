import { UserError } from '../../sweep/user-error.ts';

/** Where an MLflow server is, and how it is told who asks. */
export interface Address {
  /** Without a slash at its end, and without credentials: it is shown. */
  url: string;
  /** The header Authorization; null where nobody is named. */
  authorization: string | null;
}

type Environment = Record<string, string | undefined>;

/**
 * Reads the address of a server, and the credentials from where MLflow's own client takes them.
 *
 * @param written what the user named; undefined: MLFLOW_TRACKING_URI says
 */
export function readAddress(written: string | undefined, environment: Environment): Address {
  const text = written ?? environment['MLFLOW_TRACKING_URI'] ?? '';
  const wanted = 'wanted the address of an MLflow server, such as http://localhost:5000';
  if (text === '')
    throw new UserError(`Cannot sync to MLflow: found neither an address nor MLFLOW_TRACKING_URI, ${wanted}`);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new UserError(`Cannot sync to MLflow: found ${JSON.stringify(withoutCredentials(text))}, ${wanted}`);
  const inUrl = { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
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
  return token ? `Bearer ${token}` : null;
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Of a text that is no address: what stands before an @ may be a password. */
function withoutCredentials(text: string): string {
  return text.replace(/[^/]*@/, '');
}
