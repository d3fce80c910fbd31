/**
 * JSON as Python writes it, with NaN and Infinity, which become texts.
 *
 * @returns null where it is none
 */
export function parsePythonJson(text: string): unknown {
  // Within a text there may be such a word too; none of the parts that are replaced begins or ends within one.
  const standard = text.replace(
    /("(?:[^"\\]|\\.)*")|-?Infinity|NaN/g,
    (word, quoted?: string) => quoted ?? `"${word}"`,
  );
  try {
    return JSON.parse(standard);
  } catch {
    return null;
  }
}
