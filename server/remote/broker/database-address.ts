import { UserError } from '../../sweep/user-error.ts';

/** Where Redis or Valkey listens, and who asks. */
export interface DatabaseAddress {
  host: string;
  port: number;
  username: string | null;
  password: string | null;
  /** The number of the database within the server. */
  index: number;
  encrypted: boolean;
}

const DEFAULT_PORT = 6379;

/** Reads an address like `rediss://:password@host:6379/0`. Messages show it without its password. */
export function parseDatabaseAddress(url: string): DatabaseAddress {
  const refuse = (found: string): never => {
    throw new UserError(
      `Cannot use ${maskUrl(url)} as --url: ${found}; ` +
        'wanted redis://:PASSWORD@HOST:PORT, or rediss:// where the connection is encrypted; ' +
        'or postgres://USER:PASSWORD@HOST:PORT/DATABASE',
    );
  };
  if (!URL.canParse(url)) refuse('it is not an address');
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  if (!/^rediss?:$/.test(protocol)) refuse(`found ${protocol}//`);
  if (hostname === '') refuse('it names no host');
  if (!/^(\/\d*)?$/.test(pathname))
    refuse(`found ${JSON.stringify(pathname)} after the host, wanted a number or nothing`);
  const decode = (text: string): string | null => {
    try {
      return text === '' ? null : decodeURIComponent(text);
    } catch {
      return refuse('its user or password has a % that is not followed by two hexadecimal digits (%25 stands for %)');
    }
  };
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? DEFAULT_PORT : Number(port),
    username: decode(username),
    password: decode(password),
    index: Number(pathname.slice(1)),
    encrypted: protocol === 'rediss:',
  };
}

export function databaseUrl({ host, port, username, password, index, encrypted }: DatabaseAddress): string {
  const who = `${encodeURIComponent(username ?? '')}${password === null ? '' : `:${encodeURIComponent(password)}`}`;
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return `redis${encrypted ? 's' : ''}://${who === '' ? '' : `${who}@`}${place}${index === 0 ? '' : `/${index}`}`;
}

/** The address as it may be shown. What cannot be read as one is not shown at all: a password may be anywhere in it. */
export function maskUrl(url: string): string {
  if (!URL.canParse(url)) return 'what was given';
  const shown = new URL(url);
  if (shown.host === '') return `${shown.protocol}…`;
  const who = shown.username || shown.password ? `${shown.username}${shown.password ? ':***' : ''}@` : '';
  return `${shown.protocol}//${who}${shown.host}${shown.pathname}`;
}
