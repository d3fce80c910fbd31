/**
 * The command line of this process as others are shown it: an address loses its user and password.
 *
 * @param args all of them; each is looked at alone, since a password may have blanks and any other character
 */
export function shownCommand(args: readonly string[]): string {
  const shown = args.map((arg) => arg.replace(/(\w:\/\/).*@/s, '$1***@'));
  return ['cosweep', ...shown].join(' ');
}
