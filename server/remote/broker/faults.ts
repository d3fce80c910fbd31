/** What was asked of a server that could not be reached. */
export interface Asked {
  host: string;
  encrypted: boolean;
  /** The only one that it is believed with; null: any that the system trusts. */
  certificate: string | null;
}

/** What a fault means: by a pattern of its code and message. */
export type Explanation = [RegExp, string | ((asked: Asked) => string)];

/** What Node says of certificates. */
export const CERTIFICATE_FAULTS: readonly Explanation[] = [
  [/CERT_HAS_EXPIRED/, 'its certificate has expired; start the server again with a new one'],
  [/CERT_NOT_YET_VALID/, 'its certificate is not valid yet; a clock may be wrong'],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    ({ host }) => `its certificate is not for the name ${host}; wanted an address that it is for`,
  ],
  [
    /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED/,
    ({ certificate }) =>
      certificate === null
        ? 'its certificate is signed by nobody that this machine trusts (NODE_EXTRA_CA_CERTS names a file of others)'
        : 'its certificate is not the one that was written down for it; another server may answer in its place',
  ],
];

/** What the first fault that fits means; null where none does. */
export function meaningOf(fault: string, explanations: readonly Explanation[], asked: Asked): string | null {
  const words = explanations.find(([pattern]) => pattern.test(fault))?.[1] ?? null;
  return typeof words === 'function' ? words(asked) : words;
}
