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
  // Moves the cursor up to the block's first line and clears everything below.
  const erase = () => (drawn.length === 0 ? '' : `\r\x1b[${drawn.length}A\x1b[J`);
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
