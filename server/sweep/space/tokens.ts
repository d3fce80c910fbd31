/** A word, number, text or sign, and where it stands: `at` counts characters from 0. */
export interface Token {
  kind: 'number' | 'name' | 'sign' | 'text' | 'metric';
  text: string;
  at: number;
  length: number;
}

/** What is wrong with a text of our grammar; the place is that of the token, or the end. */
export class ExpressionMistake extends Error {
  readonly at: number;
  readonly length: number;

  constructor(message: string, place: { at: number; length: number }) {
    super(message);
    this.at = place.at;
    this.length = place.length;
  }
}

const NUMBER = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const WORD = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
const SIGN = String.raw`<=|>=|==|!=|[-+*/()<>=≤≥≠]`;
const TOKEN = new RegExp(String.raw`\s*(?:(${NUMBER})|(${WORD}(?:\.${WORD})*)|(${SIGN}))`, 'uy');

/** What the grammar of filters has beyond numbers, names and signs. */
const TEXT = /\s*("[^"]*"|'[^']*'|“[^”]*”)/uy;
const CONTAINS = /\s*(~)/uy;
/** The name of a metric, which has slashes, up to the bracket that closes it. */
const METRIC = /\s*([^()"'\s]+)/uy;

export interface Grammar {
  /** Said where a character belongs to none of the tokens. */
  allowed: string;
  /** Texts in quotes, and the sign `~`. */
  texts?: boolean;
  /** Words that are followed by the name of a metric in brackets. */
  ofMetrics?: readonly string[];
}

/** The tokens of a text. The signs that tables print are understood too: − is -, × and · are *. */
export function tokensOf(written: string, { allowed, texts = false, ofMetrics = [] }: Grammar): Token[] {
  const text = written.replaceAll('−', '-').replace(/[×·]/g, '*');
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  const add = (kind: Token['kind'], found: string, next: number, length = found.length): number => {
    tokens.push({ kind, text: found, at: next - length, length });
    return next;
  };
  for (let at = 0; at < end;) {
    const [before, last] = tokens.slice(-2);
    const isMetric = last?.text === '(' && before?.kind === 'name' && ofMetrics.includes(before.text);
    const metric = isMetric ? matchAt(METRIC, text, at) : null;
    if (metric) {
      at = add('metric', written.slice(METRIC.lastIndex - metric[1]!.length, METRIC.lastIndex), METRIC.lastIndex);
      continue;
    }
    const match = matchAt(TOKEN, text, at);
    if (match) {
      const [, number, name, sign] = match;
      const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign';
      at = add(kind, number ?? name ?? sign!, TOKEN.lastIndex);
      continue;
    }
    // as it was written: in quotes, signs stay what they are
    const quoted = texts ? matchAt(TEXT, written, at) : null;
    if (quoted) {
      at = add('text', quoted[1]!.slice(1, -1), TEXT.lastIndex, quoted[1]!.length);
      continue;
    }
    if (texts && matchAt(CONTAINS, text, at)) {
      at = add('sign', '~', CONTAINS.lastIndex);
      continue;
    }
    const rest = text.slice(at);
    const [foreign] = rest.trimStart();
    const place = { at: at + rest.length - rest.trimStart().length, length: 1 };
    throw new ExpressionMistake(`wanted ${allowed}, which ${JSON.stringify(foreign)} is not`, place);
  }
  return tokens;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
