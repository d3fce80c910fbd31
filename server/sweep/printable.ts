const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Control characters (escape sequences among them) as one visible sign each, and those that turn the direction of what
 * follows.
 */
export function printable(text: string): string {
  return text.replace(CONTROLS, '·');
}

/** The same for text of several lines, which keep their ends and their tabs. */
export function printableLines(text: string): string {
  return text.replace(CONTROLS, (sign) => (sign === '\n' || sign === '\t' ? sign : '·'));
}
