/**
 * Any text as LaTeX that pdflatex can set without further packages: specials are escaped, Greek letters and signs
 * become mathematics, accents become commands, and a letter that the standard fonts lack is named by its code point
 * instead of stopping the run.
 */
export function toLatexText(text: string): string {
  // Split at powers: the odd parts are `2^10`.
  return text
    .normalize('NFC')
    .split(/(\d+\^\d+)/)
    .map((part, index) => (index % 2 === 1 ? `$${part.replace('^', '^{')}}$` : toLatexCharacters(part)))
    .join('');
}

function toLatexCharacters(text: string): string {
  let latex = '';
  let before = '';
  for (const character of text) {
    if (LIGATURES.test(before + character)) latex += '{}';
    latex += toLatexCharacter(character);
    before = character;
  }
  return latex;
}

/** Two characters that LaTeX would set as one other: `--` as a dash. */
const LIGATURES = /^(--|''|``|,,|\?`|!`)$/;

/** `[` and `*` are in braces because `\\` and the rules take them for options where they begin the next line. */
const SPECIALS: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '[': '{[}',
  '*': '{*}',
  '{': '\\{',
  '}': '\\}',
  $: '$\\mathdollar$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '$<$',
  '>': '$>$',
  '|': '$|$',
  '"': "''",
  '\n': ' ',
  '\r': ' ',
  '\t': ' ',
};

const SIGNS: Record<string, string> = {
  α: '$\\alpha$',
  β: '$\\beta$',
  γ: '$\\gamma$',
  δ: '$\\delta$',
  ε: '$\\varepsilon$',
  ϵ: '$\\epsilon$',
  η: '$\\eta$',
  λ: '$\\lambda$',
  μ: '$\\mu$',
  µ: '$\\mu$',
  ρ: '$\\rho$',
  σ: '$\\sigma$',
  τ: '$\\tau$',
  θ: '$\\theta$',
  Δ: '$\\Delta$',
  Σ: '$\\Sigma$',
  '±': '$\\pm$',
  '−': '$-$',
  '×': '$\\times$',
  '·': '$\\cdot$',
  '→': '$\\to$',
  '≤': '$\\le$',
  '≥': '$\\ge$',
  '≠': '$\\ne$',
  '≈': '$\\approx$',
  '∞': '$\\infty$',
  '²': '$^2$',
  '³': '$^3$',
  '°': '$^\\circ$',
  '½': '$1/2$',
  '¼': '$1/4$',
  '¾': '$3/4$',
  '…': '\\ldots{}',
  '–': '--',
  '—': '---',
  '‘': '`',
  '’': "'",
  '“': '``',
  '”': "''",
  ß: '\\ss{}',
  æ: '\\ae{}',
  Æ: '\\AE{}',
  ø: '\\o{}',
  Ø: '\\O{}',
  œ: '\\oe{}',
  Œ: '\\OE{}',
  ł: '\\l{}',
  Ł: '\\L{}',
  ı: '\\i{}',
  '\u00a0': '~',
  '†': '\\dag{}',
};

/** Combining marks that a plain LaTeX has a command for. */
const ACCENTS: Record<string, string> = {
  '\u0300': '`',
  '\u0301': "'",
  '\u0302': '^',
  '\u0303': '~',
  '\u0304': '=',
  '\u0306': 'u',
  '\u0307': '.',
  '\u0308': '"',
  '\u030a': 'r',
  '\u030b': 'H',
  '\u030c': 'v',
  '\u0327': 'c',
  '\u0323': 'd',
};

function toLatexCharacter(character: string): string {
  const known = SPECIALS[character] ?? SIGNS[character];
  if (known !== undefined) return known;
  if (/^[ -~]$/.test(character)) return character;
  const [letter, accent, ...others] = character.normalize('NFD');
  if (accent !== undefined && others.length === 0 && accent in ACCENTS && /^[A-Za-z]$/.test(letter!))
    return `\\${ACCENTS[accent]}{${letter}}`;
  return /\p{Mark}|\p{Control}|\p{Format}/u.test(character)
    ? ''
    : `{[}U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`;
}
