import { expect, test } from 'vitest';
import { SvgContext } from '../../web/chart/svg-context.ts';

const context = (): SvgContext => new SvgContext('test', (text) => text.length * 6);

test('paths are written in the coordinates of the picture, whatever the transformation was', () => {
  const c = context();
  c.save();
  c.translate(10, 20);
  c.rotate(Math.PI / 2);
  c.beginPath();
  c.moveTo(0, 0);
  c.lineTo(5, 0);
  c.strokeStyle = '#0072b2';
  c.lineWidth = 2;
  c.setLineDash([4, 3]);
  c.stroke();
  c.restore();
  c.fillRect(1, 2, 3, 4);
  expect(c.toMarkup().split('\n')).toEqual([
    '<path d="M10 20L10 25" fill="none" stroke="#0072b2" stroke-width="2" ' +
      'stroke-linecap="butt" stroke-linejoin="miter" stroke-dasharray="4 3"/>',
    '<path d="M1 2L4 2L4 6L1 6Z" fill="#000"/>',
  ]);
});

test('a full circle is two halves', () => {
  const c = context();
  c.arc(5, 5, 2, 0, 2 * Math.PI);
  c.fill();
  expect(c.toMarkup()).toBe('<path d="M7 5A2 2 0 0 1 3 5A2 2 0 0 1 7 5" fill="#000"/>');
});

test('a clip cuts what follows until restore, and clips nest', () => {
  const c = context();
  c.save();
  c.beginPath();
  c.rect(0, 0, 10, 10);
  c.clip();
  c.beginPath();
  c.rect(5, 5, 10, 10);
  c.clip();
  c.fillText('in', 0, 0);
  c.restore();
  c.fillText('out', 0, 0);
  const [first, second, inside, outside] = c.toMarkup().split('\n');
  expect(first).toBe('<clipPath id="test-clip-1"><path d="M0 0L10 0L10 10L0 10Z"/></clipPath>');
  expect(second).toContain('<clipPath id="test-clip-2" clip-path="url(#test-clip-1)">');
  expect(inside).toMatch(/^<g clip-path="url\(#test-clip-2\)"><text /);
  expect(outside).toMatch(/^<text /);
});

test('text is escaped, placed by its baseline and keeps its font', () => {
  const c = context();
  c.font = 'bold 10px/1.2 "Segoe UI", sans-serif';
  c.textBaseline = 'middle';
  c.textAlign = 'right';
  c.fillText('<img onerror="x"> & β', 100, 50);
  expect(c.toMarkup()).toBe(
    '<text transform="matrix(1 0 0 1 100 53.5)" font-family="&quot;Segoe UI&quot;, sans-serif" ' +
      'font-size="10" font-weight="bold" text-anchor="end" fill="#000">' +
      '&lt;img onerror=&quot;x&quot;&gt; &amp; β</text>',
  );
  expect(c.measureText('four').width).toBe(24);
});
