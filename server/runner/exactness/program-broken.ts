/** A program does not keep to the protocol; the message says what was found. */
export class ProgramBroken extends Error {
  override name = 'ProgramBroken';
}
