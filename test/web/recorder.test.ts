import { expect, test } from 'vitest';
import type { Element } from '../../web/figure/elements.ts';
import { Recorder } from '../../web/figure/recorder.ts';
import { toSvg } from '../../web/figure/to-svg.ts';

function recorder(): { context: Recorder; markup: () => string[] } {
  const elements: Element[] = [];
  return {
    context: new Recorder(elements, (text) => text.length * 6),
    markup: () => toSvg({ title: 't', width: 10, height: 10, elements }, 'test').trimEnd().split('\n').slice(2, -1),
  };
}

test('paths are written in the coordinates of the picture, whatever the transformation was', () => {
  const { context: c, markup } = recorder();
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
  expect(markup()).toEqual([
    '<path d="M10 20L10 25" fill="none" stroke="#0072b2" stroke-width="2" ' +
      'stroke-linecap="butt" stroke-linejoin="miter" stroke-dasharray="4 3"/>',
    '<path d="M1 2L4 2L4 6L1 6Z" fill="#000000"/>',
  ]);
});

test('several draw into one picture, each at its place, also where one sets its transformation anew', () => {
  const elements: Element[] = [];
  const c = new Recorder(elements, () => 0, { x: 100, y: 200 });
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.fillRect(0, 0, 1, 1);
  c.resetTransform();
  c.fillRect(0, 0, 1, 1);
  const d = 'M100 200L101 200L101 201L100 201Z';
  expect(elements.map((element) => element.kind === 'path' && element.d)).toEqual([d, d]);
});

test('a full circle is two halves', () => {
  const { context: c, markup } = recorder();
  c.arc(5, 5, 2, 0, 2 * Math.PI);
  c.fill();
  expect(markup()).toEqual(['<path d="M7 5A2 2 0 0 1 3 5A2 2 0 0 1 7 5" fill="#000000"/>']);
});

test('a clip cuts what follows until restore, and clips nest', () => {
  const { context: c, markup } = recorder();
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
  const [first, second, inside, outside] = markup();
  expect(first).toBe('<clipPath id="test-clip-0"><path d="M0 0L10 0L10 10L0 10Z"/></clipPath>');
  expect(second).toContain('<clipPath id="test-clip-1" clip-path="url(#test-clip-0)">');
  expect(inside).toMatch(/^<g clip-path="url\(#test-clip-1\)"><text /);
  expect(outside).toMatch(/^<text /);
});

test('opacity is apart from the colour, and what is not seen is not there', () => {
  const { context: c, markup } = recorder();
  c.fillStyle = '#0072b280';
  c.fillRect(0, 0, 1, 1);
  c.fillStyle = 'rgba(0, 0, 0, 0.1)';
  c.fillRect(0, 0, 1, 1);
  c.fillStyle = 'transparent';
  c.fillRect(0, 0, 1, 1);
  expect(markup().map((each) => each.slice(each.indexOf('fill=')))).toEqual([
    'fill="#0072b2" fill-opacity="0.5"/>',
    'fill="#000000" fill-opacity="0.1"/>',
  ]);
});

test('text is escaped, placed by its baseline and keeps its font', () => {
  const { context: c, markup } = recorder();
  c.font = 'bold 10px/1.2 "Segoe UI", sans-serif';
  c.textBaseline = 'middle';
  c.textAlign = 'right';
  c.fillText('<img onerror="x"> & β\u0000', 100, 50);
  expect(markup()).toEqual([
    '<text transform="matrix(1 0 0 1 100 53.5)" font-family="&quot;Segoe UI&quot;, sans-serif" ' +
      'font-size="10" font-weight="bold" text-anchor="end" fill="#000000">' +
      '&lt;img onerror=&quot;x&quot;&gt; &amp; β\ufffd</text>',
  ]);
  expect(c.measureText('four').width).toBe(24);
});
