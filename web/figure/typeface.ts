import { create, type Font } from 'fontkit';
import type { Drawing, Element, Measure, TextElement } from './elements.ts';
import { parseFont } from './recorder.ts';
import { isBold, type FontFiles } from './to-pdf.ts';

/** The typeface that PDF files carry. It measures text where there is no browser to ask. */
export interface Typeface {
  measure: Measure;
  /** A picture whose text is drawn as outlines, for programs that may have no font. */
  outlined(drawing: Drawing): Drawing;
}

export function openTypeface({ regular, bold }: FontFiles): Typeface {
  const cuts = [regular, bold].map((file) => create(file as never) as Font) as [Font, Font];
  const cutOf = (weight: string) => cuts[isBold(weight) ? 1 : 0];
  return {
    measure: (text, font) => {
      const { weight, size } = parseFont(font);
      const cut = cutOf(weight);
      return (cut.layout(text).advanceWidth / cut.unitsPerEm) * size;
    },
    outlined: (drawing) => ({
      ...drawing,
      elements: drawing.elements.map((element) =>
        element.kind === 'text' ? outlineOf(element, cutOf(element.font.weight)) : element,
      ),
    }),
  };
}

function outlineOf({ text, matrix, font, anchor, colour, clip }: TextElement, cut: Font): Element {
  const scale = font.size / cut.unitsPerEm;
  const { glyphs, positions, advanceWidth } = cut.layout(text);
  let x = anchor === 'start' ? 0 : -scale * advanceWidth * (anchor === 'end' ? 1 : 0.5);
  const [a, b, c, d, e, f] = matrix;
  const parts = glyphs.map((glyph, index) => {
    const { xAdvance, xOffset, yOffset } = positions[index]!;
    const [left, base] = [x + scale * xOffset, -scale * yOffset];
    x += scale * xAdvance;
    // The y axis of a glyph points up.
    return glyph.path
      .transform(a * scale, b * scale, -c * scale, -d * scale, a * left + c * base + e, b * left + d * base + f)
      .toSVG();
  });
  return { kind: 'path', d: parts.join(''), paint: { fill: colour }, clip };
}
