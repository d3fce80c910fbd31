import { extname } from 'node:path';
import { Argument, Option } from 'commander';
import type { Columns, Figure } from '../../../web/figure/figure.ts';
import type { FigureName } from '../../http/answers/figure.ts';
import { UserError } from '../../sweep/user-error.ts';
import type { CliCommand } from '../command.ts';
import type { Session } from '../session.ts';
import { READING, withStorage } from '../with-storage.ts';
import { writeOutput } from '../write-output.ts';

interface Options {
  metric?: string;
  at: 'last' | 'best';
  width: Columns;
  out: string;
}

export const figureCommand: CliCommand = {
  define(program, run) {
    program
      .command('figure')
      .description('a figure of a sweep for a paper: PDF, SVG, PNG, or the points that are drawn as CSV')
      .argument('<sweep>', 'id, name, definition or "latest"')
      .addArgument(new Argument('<name>', 'which figure').choices(['forest', 'slices', 'map', 'differences', 'curves']))
      .requiredOption('--out <file>', 'its ending chooses the format: .pdf, .svg, .png or .csv')
      .option('--metric <name>', "default: the sweep's own")
      .addOption(
        new Option('--at <which>', 'the value of a run: its last evaluation or its best')
          .choices(['last', 'best'])
          .default('last'),
      )
      .addOption(
        new Option('--width <columns>', 'of a paper: one column (85 mm) or two (175 mm)')
          .choices(['one', 'two'])
          .default('two'),
      )
      .action(run(figure));
  },
};

function figure(session: Session, what: string, name: FigureName, options: Options): Promise<void> {
  const { metric, at, width, out } = options;
  const format = formatOf(out);
  return withStorage(session, READING, async (storage) => {
    const { findSweep } = await import('../../store/sweeps/find-sweep.ts');
    const { readSweep } = await import('../../store/reading/read-sweep.ts');
    const { readFigure } = await import('../../http/answers/figure.ts');
    const { checkOutput } = await import('../check-output.ts');
    const place = checkOutput(out, storage);
    const sweep = (await readSweep(storage, await findSweep(storage, what)))!;
    const drawn = await readFigure(storage, sweep, name, { metric, at });
    writeOutput(place, await write(drawn, format, width), 'the figure');
    session.output.say(`Written to ${place}`);
  });
}

const FORMATS = ['pdf', 'svg', 'png', 'csv'] as const;
type Format = (typeof FORMATS)[number];

function formatOf(out: string): Format {
  const ending = extname(out).slice(1).toLowerCase();
  const format = FORMATS.find((each) => each === ending);
  if (format !== undefined) return format;
  const found = ending === '' ? 'no ending' : `the ending .${ending}`;
  throw new UserError(
    `Cannot draw a figure to ${out}: found ${found}, wanted ${FORMATS.map((each) => `.${each}`).join(', ')}`,
  );
}

async function write(drawn: Figure, format: Format, columns: Columns): Promise<string | Uint8Array> {
  if (format === 'csv') return (await import('../../../web/figure/to-csv.ts')).toCsv(drawn);
  const { drawFigure } = await import('../../../web/figure/draw-figure.ts');
  const { toSvg } = await import('../../../web/figure/to-svg.ts');
  const { fonts, typeface } = (await import('../../http/answers/typeface.ts')).readTypeface();
  const drawing = drawFigure(drawn, columns, typeface.measure);
  if (format === 'svg') return toSvg(drawing);
  if (format === 'pdf') return (await import('../../../web/figure/to-pdf.ts')).toPdf(drawing, fonts);
  // A machine that draws may have no font: text becomes outlines first. At a density of 72 a pixel is a pixel to sharp.
  const { default: sharp } = await import('sharp');
  return sharp(Buffer.from(toSvg(typeface.outlined(drawing))), { density: 3 * 72 })
    .withMetadata({ density: 3 * 96 })
    .png()
    .toBuffer();
}
