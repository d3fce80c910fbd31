/** Far more characters than any definition has; what is longer is another kind of file. */
export const MAX_LENGTH = 10_000_000;
