/** Strings are passed over; of what stands outside of them, the three numbers that JSON has no word for are wanted. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/**
 * One line of JSON with an object, in which NaN, Infinity and −Infinity may stand as Python writes them: they come back
 * as text.
 */
export function parseLine(text: string): { value: Record<string, unknown> } | { problem: string } {
  const quoted = text.replace(TOKENS, (token) => (token.startsWith('"') ? token : `"${token}"`));
  try {
    const value: unknown = JSON.parse(quoted);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { value: value as Record<string, unknown> };
  } catch {
    // said below
  }
  return { problem: `found ${JSON.stringify(text.slice(0, 100))}, wanted an object of JSON` };
}
