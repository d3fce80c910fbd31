import type { Colour, Drawing, Element, PathElement } from './elements.ts';

/**
 * A picture as SVG: plain attributes only. Programs that figures are edited with read them, and a `style` would need a
 * hole in a content security policy.
 *
 * @param name begins the ids of the picture, so that several fit into one page
 */
export function toSvg({ title, width, height, elements }: Drawing, name = 'figure'): string {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const head = `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">\n<title>${escapeXml(title)}</title>`;
  return `${head}\n${elements.map((element) => toMarkup(element, name)).join('\n')}\n</svg>\n`;
}

function toMarkup(element: Element, name: string): string {
  const clip = element.clip === null ? '' : ` clip-path="url(#${name}-${element.clip})"`;
  if (element.kind === 'clip') return `<clipPath id="${name}-${element.id}"${clip}><path d="${element.d}"/></clipPath>`;
  if (element.kind === 'path') return `<path d="${element.d}" ${paintOf(element)}${clip}/>`;
  const { text, matrix, font, anchor, colour } = element;
  const markup =
    `<text transform="matrix(${matrix.join(' ')})" font-family="${escapeXml(font.family)}" ` +
    `font-size="${font.size}" font-weight="${font.weight}" text-anchor="${anchor}" ${colourOf('fill', colour)}>` +
    `${escapeXml(text)}</text>`;
  // A clip is measured in the coordinates of the element that it cuts, and `transform` changes those. The group has
  // no `transform`.
  return clip === '' ? markup : `<g${clip}>${markup}</g>`;
}

function paintOf({ paint }: PathElement): string {
  if ('fill' in paint) return colourOf('fill', paint.fill);
  const { stroke, width, cap, join, dash, offset } = paint;
  const shift = offset === 0 ? '' : ` stroke-dashoffset="${offset}"`;
  const dashes = dash.length === 0 ? '' : ` stroke-dasharray="${dash.join(' ')}"${shift}`;
  return (
    `fill="none" ${colourOf('stroke', stroke)} stroke-width="${width}" ` +
    `stroke-linecap="${cap}" stroke-linejoin="${join}"${dashes}`
  );
}

function colourOf(what: 'fill' | 'stroke', { hex, opacity }: Colour): string {
  return `${what}="${hex}"${opacity === 1 ? '' : ` ${what}-opacity="${opacity}"`}`;
}

function escapeXml(text: string): string {
  return (
    text
      // XML has no way to write control characters.
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}
