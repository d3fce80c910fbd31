import type { DatasetListing } from '../../training/datasets/list.ts';
import { toColumns } from '../columns.ts';
import type { CliCommand } from '../command.ts';
import { makeDownloadLine } from '../download-line.ts';
import type { Session } from '../session.ts';

export const datasetsCommand: CliCommand = {
  define(program, run) {
    const datasets = program
      .command('datasets')
      .description('the data sets that are known, and where their files are looked for')
      .action(run(list));
    datasets
      .command('get')
      .description('downloads the files of a data set into the cache and checks them')
      .argument('<name>', 'mnist, fashion-mnist, kmnist, cifar10 or cifar100')
      .action(run(get));
  },
};

async function list({ output, json }: Session): Promise<void> {
  const { listDatasets } = await import('../../training/datasets/list.ts');
  const listings = await listDatasets({ baseFolder: process.cwd() });
  if (json) output.json(listings);
  else
    output.data(
      toColumns(
        ['NAME', 'STATE', 'ABOUT', 'WHERE'],
        listings.map((each) => [each.name, each.state, each.about, toPlace(each)]),
      ),
    );
}

function toPlace({ state, folder, looksIn, files }: DatasetListing): string {
  if (state === 'missing') return `wants ${files.join(', ')} in ${looksIn.join(' or ')}`;
  return folder ?? '';
}

async function get({ output, json }: Session, name: string): Promise<void> {
  const { getDataset } = await import('../../training/datasets/list.ts');
  const line = makeDownloadLine(output);
  const folder = await getDataset(name, (message) => output.say(message), line.show).finally(line.end);
  if (json) output.json({ name, folder });
  else output.data(folder);
}
