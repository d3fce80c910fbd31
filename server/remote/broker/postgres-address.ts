import { UserError } from '../../sweep/user-error.ts';
import { maskUrl } from './database-address.ts';

/** Where PostgreSQL listens, and who asks. */
export interface PostgresAddress {
  host: string;
  port: number;
  user: string;
  /** null: the environment or a password file may name it, as for any client of PostgreSQL. */
  password: string | null;
  database: string;
  encrypted: boolean;
}

const DEFAULT_PORT = 5432;

/** Those that encrypt: here all of them look at the certificate. */
const ENCRYPTED = ['require', 'verify-ca', 'verify-full'];

export function isPostgres(url: string): boolean {
  return /^postgres(ql)?:/i.test(url);
}

/** Reads an address like `postgres://user:password@host:5432/database?sslmode=verify-full`. */
export function parsePostgresAddress(url: string): PostgresAddress {
  const refuse = (found: string): never => {
    throw new UserError(
      `Cannot use ${maskUrl(url)} as --url: ${found}; wanted postgres://USER:PASSWORD@HOST:PORT/DATABASE, ` +
        'with ?sslmode=verify-full behind it where the connection is encrypted',
    );
  };
  if (!URL.canParse(url)) refuse('it is not an address');
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      return refuse('it has a % that is not followed by two hexadecimal digits (%25 stands for %)');
    }
  };
  const user = decode(username);
  const database = decode(pathname.slice(1)) || user;
  if (hostname === '') refuse('it names no host');
  if (user === '') refuse('it names no user');
  if (database.includes('/')) refuse(`found ${JSON.stringify(pathname)} after the host, wanted the name of a database`);
  return {
    host: decode(hostname.replace(/^\[(.*)\]$/, '$1')),
    port: port === '' ? DEFAULT_PORT : Number(port),
    user,
    password: password === '' ? null : decode(password),
    database,
    encrypted: readMode(searchParams, refuse),
  };
}

function readMode(parameters: URLSearchParams, refuse: (found: string) => never): boolean {
  const other = [...parameters.keys()].find((name) => name !== 'sslmode');
  if (other !== undefined) refuse(`found the parameter ${other}, wanted sslmode alone`);
  const mode = parameters.get('sslmode') ?? 'disable';
  if (mode !== 'disable' && !ENCRYPTED.includes(mode))
    refuse(`found sslmode ${JSON.stringify(mode)}, wanted disable, or one of ${ENCRYPTED.join(', ')}`);
  return mode !== 'disable';
}
