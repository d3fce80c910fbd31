import type { IncomingMessage } from 'node:http';
import { OutsideError, UserError } from '../../sweep/user-error.ts';
import { DamagedBlob } from './blob-store.ts';

/** What may be over in a moment: a network that was cut, a head that starts again, too many at once. */
export class PassingFailure extends OutsideError {
  override name = 'PassingFailure';
  /** The server is there and asks to wait. */
  readonly isBusy: boolean;

  constructor(message: string, { isBusy = false, cause }: { isBusy?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.isBusy = isBusy;
  }
}

const JOIN_AGAIN = 'the join file that the head has written at its last start';

/** What a server said instead of doing it. @param what was attempted, `read blob 3f…` */
export function explainStatus({ statusCode = 0 }: IncomingMessage, what: string, url: string): Error {
  const attempted = `Cannot ${what} at ${url}`;
  switch (statusCode) {
    case 401:
      return new UserError(`${attempted}: it does not accept the token; wanted: ${JOIN_AGAIN}`);
    case 413:
      return new OutsideError(`${attempted}: it has more bytes than the head takes`);
    case 422:
      return new DamagedBlob(`${attempted}: other bytes arrived than those that its name stands for`);
    case 503:
      return new PassingFailure(`${attempted}: the head takes no more at the same time`, { isBusy: true });
    case 507:
      return new OutsideError(`${attempted}: the disk of the head is full; wanted: room in its checkpoint folder`);
    default: {
      const message = `${attempted}: it answered ${statusCode}`;
      return statusCode >= 500
        ? new PassingFailure(`${message}; its log says why`)
        : new OutsideError(`${message}; wanted: a head of the same version of Cosweep there`);
    }
  }
}

/** Why no answer came. An error that says nothing of the connection is returned as it is. */
export function explainConnection(
  error: Error,
  what: string,
  { url, certificate }: { url: string; certificate: string | null },
): Error {
  const { code, message, name } = error as NodeJS.ErrnoException;
  if (code === undefined || name === 'AbortError') return error;
  const attempted = `Cannot ${what} at ${url}`;
  const found = certificate === null ? null : certificateProblem(code);
  if (found) return new UserError(`${attempted}: ${found}; wanted: ${JOIN_AGAIN}`, { cause: error });
  return new PassingFailure(`${attempted}: ${message || code}; wanted: a head that runs and is reachable there`, {
    cause: error,
  });
}

function certificateProblem(code: string): string | null {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'its certificate has expired';
    case 'CERT_NOT_YET_VALID':
      return 'its certificate is not valid yet, by the clock of this machine';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'its certificate is for another address';
    default:
      return /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|ERROR_IN_CERT)/.test(code)
        ? `it shows another certificate than the one in the join file (${code})`
        : null;
  }
}
