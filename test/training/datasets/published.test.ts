import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { UserError } from '../../../server/sweep/user-error.ts';
import { download } from '../../../server/training/datasets/download.ts';
import { getDataset, listDatasets } from '../../../server/training/datasets/list.ts';
import { mnist, MNIST_FILES } from '../../../server/training/datasets/mnist.ts';
import { obtain } from '../../../server/training/datasets/published.ts';
import type { Published } from '../../../server/training/datasets/published.ts';
import { idxPublished } from '../../../server/training/datasets/idx-published.ts';
import { context, idxBytes, temporaryFolder, writeMnistLike } from './files.ts';

afterEach(() => vi.unstubAllEnvs());

/** A server on this machine; gives its address with a slash at the end. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const content = Buffer.from('what was published');
const published = (mirrors: string[]): Published => ({
  name: 'mnist',
  about: 'a test',
  mirrors,
  files: [{ name: 'a.gz', bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }],
  alternatives: [['a']],
});

describe('downloading', () => {
  it('fetches once, into the cache, and tells how far it is', async () => {
    let requests = 0;
    const mirror = await serve((request, response) => {
      requests++;
      response.end(request.url === '/a.gz' ? content : '');
    });
    const cache = await temporaryFolder();
    vi.stubEnv('COSWEEP_CACHE', cache);
    const [log, progress] = [vi.fn(), vi.fn()];

    const first = await obtain(published([mirror]), null, { baseFolder: '/', log, progress });
    expect(first.paths).toEqual([join(cache, 'datasets', 'mnist', 'a.gz')]);
    expect(await readFile(first.paths[0]!)).toEqual(content);
    expect(log).toHaveBeenCalledExactlyOnceWith(`mnist: downloading ${mirror}a.gz (0.0 MB)`);
    expect(progress).toHaveBeenLastCalledWith('a.gz', content.length, content.length);

    await obtain(published([mirror]), null, context('/'));
    expect(requests).toBe(1);
  });

  it('removes what a process left that was killed, and nothing of one that is at it', async () => {
    const mirror = await serve((_, response) => response.end(content));
    const cache = await temporaryFolder();
    vi.stubEnv('COSWEEP_CACHE', cache);
    const folder = join(cache, 'datasets', 'mnist');
    await mkdir(folder, { recursive: true });
    const [gone, here] = ['a.gz.4194304-1.part', `a.gz.${process.pid}-999.part`]; // no process id is that large
    for (const name of [gone, here]) await writeFile(join(folder, name), 'half of');
    await obtain(published([mirror]), null, context('/'));
    expect((await readdir(folder)).sort()).toEqual(['a.gz', here].sort());
  });

  it('takes the next mirror where one fails', async () => {
    const broken = await serve((_, response) => response.writeHead(503).end());
    const mirror = await serve((_, response) => response.end(content));
    vi.stubEnv('COSWEEP_CACHE', await temporaryFolder());
    const { paths } = await obtain(published([broken, mirror]), null, context('/'));
    expect(await readFile(paths[0]!)).toEqual(content);
  });

  it.each([
    ['another hash', (_, response) => response.end('what was published?'.slice(1)), 'found SHA-256 '],
    ['too few bytes', (_, response) => response.end('what'), 'found 4 bytes; the published file of 18 is wanted'],
    ['too many bytes', (_, response) => response.end(Buffer.alloc(100_000)), 'found more than 18 bytes'],
    [
      'a connection that breaks',
      (_, response) => {
        response.writeHead(200, { 'content-length': '18' });
        response.write('what');
        setTimeout(() => response.destroy(), 20);
      },
      'Cannot download',
    ],
    ['a page that is not there', (_, response) => response.writeHead(404).end(), 'the server answered 404 Not Found'],
  ] as [string, RequestListener, string][])('leaves nothing behind on %s', async (_, answer, message) => {
    const mirror = await serve(answer);
    const folder = await temporaryFolder();
    const error = await download(`${mirror}a.gz`, join(folder, 'a.gz'), published([]).files[0]!).catch(
      (error) => error,
    );
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain(message);
    expect(error.message).toContain(`${mirror}a.gz`);
    expect(await readdir(folder)).toEqual([]);
  });

  it('says which files to put where when there is no network', async () => {
    const cache = await temporaryFolder();
    vi.stubEnv('COSWEEP_CACHE', cache);
    vi.stubEnv('COSWEEP_DATA', '/data');
    // Port 9 (discard) of this machine: nothing answers there.
    const unreachable = { ...MNIST_FILES, mirrors: ['http://127.0.0.1:9/'] };
    const error = await obtain(unreachable, null, context('/')).catch((error) => error);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain(`its files are not in /data/mnist or ${join(cache, 'datasets', 'mnist')}`);
    expect(error.message).toContain(
      'wanted there are train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, ' +
        't10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz',
    );
    expect(await readdir(join(cache, 'datasets', 'mnist'))).toEqual([]);
  });
});

it('says so when the cache cannot be written', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'datasets'), 'a file where a folder is wanted');
  vi.stubEnv('COSWEEP_CACHE', folder);
  const error = await obtain(published(['http://127.0.0.1:9/']), null, context('/')).catch((error) => error);
  expect(error).toBeInstanceOf(UserError);
  expect(error.message).toContain(join(folder, 'datasets', 'mnist', 'a.gz'));
});

describe('local files', () => {
  it('are taken from COSWEEP_DATA before the cache, packed or not', async () => {
    const [data, cache] = [await temporaryFolder(), await temporaryFolder()];
    vi.stubEnv('COSWEEP_DATA', data);
    vi.stubEnv('COSWEEP_CACHE', cache);
    await mkdir(join(data, 'mnist'));
    await mkdir(join(cache, 'datasets', 'mnist'), { recursive: true });
    await writeFile(join(cache, 'datasets', 'mnist', 'a.gz'), content);
    expect((await obtain(published([]), null, context('/'))).folder).toBe(join(cache, 'datasets', 'mnist'));
    await writeFile(join(data, 'mnist', 'a'), content);
    expect((await obtain(published([]), null, context('/'))).paths).toEqual([join(data, 'mnist', 'a')]);
  });

  it('are taken from the folder of the definition only, where it names one', async () => {
    const base = await temporaryFolder();
    vi.stubEnv('COSWEEP_CACHE', base);
    await mkdir(join(base, 'datasets', 'mnist'), { recursive: true });
    await writeFile(join(base, 'datasets', 'mnist', 'a.gz'), content);
    await expect(obtain(published([]), 'typo', context(base))).rejects.toThrow(
      `Cannot find mnist: its files are not in ${join(base, 'typo')}; wanted there are a.gz (or unpacked)`,
    );
  });

  it('labelled out of range, or without a class, are refused by name', async () => {
    const folder = await temporaryFolder();
    const small = idxPublished({ ...MNIST_FILES, trainCount: 30, testCount: 20 });
    const load = () => small.load({ name: 'mnist', folder: '.' }, context(folder));
    await writeMnistLike(folder, 30, 20);
    await writeFile(
      join(folder, 't10k-labels-idx1-ubyte.gz'),
      gzipSync(idxBytes([20], new Uint8Array(20).fill(10, 19))),
    );
    await expect(load()).rejects.toThrow(
      `Cannot use ${join(folder, 't10k-labels-idx1-ubyte.gz')}: ` +
        'the label of image 19 (from 0) is out of range; 0 to 9 are wanted',
    );
    await writeFile(join(folder, 'train-labels-idx1-ubyte.gz'), gzipSync(idxBytes([30], new Uint8Array(30))));
    await expect(load()).rejects.toThrow('no image has the label 1; images of all 10 classes are wanted');
    await writeFile(join(folder, 'train-labels-idx1-ubyte.gz'), gzipSync(idxBytes([29], new Uint8Array(29))));
    await expect(load()).rejects.toThrow('found 30 images and 29 labels; one label for each image is wanted');
  });

  it('of another size than published are refused by name', async () => {
    const folder = await temporaryFolder();
    await writeMnistLike(folder, 30, 20);
    await expect(mnist.load({ name: 'mnist', folder: '.' }, context(folder))).rejects.toThrow(
      `Cannot use ${join(folder, 'train-images-idx3-ubyte.gz')}: found 30 images of 28×28×1; ` +
        '60000 images of 28×28×1 as bytes are wanted',
    );
  });
});

describe('the list', () => {
  it('tells what is there and where it looks', async () => {
    const [data, cache] = [await temporaryFolder(), await temporaryFolder()];
    vi.stubEnv('COSWEEP_DATA', data);
    vi.stubEnv('COSWEEP_CACHE', cache);
    await mkdir(join(data, 'kmnist'));
    await writeMnistLike(join(data, 'kmnist'), 1, 1);
    const listed = new Map((await listDatasets({ baseFolder: '/' })).map((each) => [each.name, each]));
    expect([...listed.keys()]).toEqual([
      'glyphs',
      'mnist',
      'fashion-mnist',
      'kmnist',
      'cifar10',
      'cifar100',
      'idx',
      'csv',
      'images',
    ]);
    expect(listed.get('kmnist')).toMatchObject({ state: 'ready', folder: join(data, 'kmnist') });
    expect(listed.get('mnist')).toMatchObject({
      state: 'missing',
      folder: null,
      looksIn: [join(data, 'mnist'), join(cache, 'datasets', 'mnist')],
      bytes: 11594722,
    });
    expect(listed.get('glyphs')).toMatchObject({ state: 'ready', files: [] });
  });

  it('gets what is there without a network, and refuses other names', async () => {
    const data = await temporaryFolder();
    vi.stubEnv('COSWEEP_DATA', data);
    await mkdir(join(data, 'kmnist'));
    await writeMnistLike(join(data, 'kmnist'), 1, 1);
    expect(await getDataset('kmnist', () => {})).toBe(join(data, 'kmnist'));
    await expect(getDataset('imagenet', () => {})).rejects.toThrow(
      'Cannot get the data set "imagenet": ' +
        'those that can be downloaded are mnist, fashion-mnist, kmnist, cifar10, cifar100',
    );
  });
});
