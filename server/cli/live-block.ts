import { displayWidth } from './display-width.ts';
import type { Output } from './output.ts';

/** Lines at the bottom of the terminal that are drawn over again and again, with messages scrolling above them. */
export interface LiveBlock {
  /** Draws these lines over the ones before. */
  update(lines: readonly string[]): void;
  /** Writes a lasting line above the block. */
  say(text: string): void;
  /** Takes the block away. */
  end(): void;
}

export function makeLiveBlock(output: Output): LiveBlock {
  let drawn: readonly string[] = [];
  // A terminal that was made narrower since has broken the lines.
  const rowsOf = (line: string) => Math.max(1, Math.ceil(displayWidth(line) / output.width));
  // Moves the cursor up to the block's first line and clears everything below.
  const erase = () => {
    const rows = drawn.reduce((total, line) => total + rowsOf(line), 0);
    return rows === 0 ? '' : `\r\x1b[${rows}A\x1b[J`;
  };
  const paint = (above: string, lines: readonly string[]) => {
    output.draw(erase() + above + lines.map((line) => `${line}\n`).join(''));
    drawn = lines;
  };
  return {
    update: (lines) => paint('', lines),
    say: (text) => paint(`${text}\n`, drawn),
    end: () => paint('', []),
  };
}
