import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  buildsFolder,
  finishBuild,
  finishedBuilds,
  preferBuild,
  startBuild,
  thisPlatform,
  type BuildRecord,
} from '../../../../server/training/engines/tensorflow/builds.ts';
import { hasAddon, linkBuild, relink } from '../../../../server/training/engines/tensorflow/link.ts';

const record: BuildRecord = {
  tfjsNode: '4.22.0',
  libtensorflow: '2.21.0',
  variant: 'cpu',
  platform: thisPlatform,
  addonApi: 8,
  source: 'a test',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cosweep-builds-'));
  vi.stubEnv('COSWEEP_CACHE', join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A build whose addon is a text file. */
function started(content: string): string {
  const build = startBuild();
  mkdirSync(join(build, 'lib', 'napi-v8'), { recursive: true });
  mkdirSync(join(build, 'deps', 'lib'), { recursive: true });
  writeFileSync(join(build, 'lib', 'napi-v8', 'tfjs_binding.node'), content);
  return build;
}

/** What npm leaves of tfjs-node when its install script is not run. */
function freshPackage(version = '4.22.0'): string {
  const place = join(folder, 'node_modules', 'tfjs-node');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ version }));
  return place;
}

function addonOf(tfjsNode: string): string {
  return readFileSync(join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node'), 'utf8');
}

describe('builds in the cache', () => {
  it('sees a build only when it is finished', () => {
    const unfinished = started('half');
    expect(finishedBuilds('4.22.0')).toEqual([]);
    const build = finishBuild(unfinished, record);
    expect(finishedBuilds('4.22.0')).toEqual([build]);
    expect(readdirSync(buildsFolder())).toEqual([build.folder.split('/').at(-1)]);
  });

  it('leaves out builds for another tfjs-node, platform or addon interface', () => {
    finishBuild(started('a'), record);
    finishBuild(started('b'), { ...record, platform: 'plan9-mips' });
    finishBuild(started('c'), { ...record, addonApi: 99 });
    expect(finishedBuilds('4.22.0').map(({ platform }) => platform)).toEqual([thisPlatform]);
    expect(finishedBuilds('4.23.0')).toEqual([]);
  });

  it('removes what an interrupted process left, and leaves a living one alone', () => {
    const mine = started('mine');
    const dead = join(buildsFolder(), '.unfinished-4194305-abcdef'); // above the largest process id that Linux gives
    mkdirSync(join(dead, 'deps'), { recursive: true });
    startBuild();
    expect(existsSync(dead)).toBe(false);
    expect(existsSync(mine)).toBe(true);
  });

  it('ends with one whole build when two processes finish the same one', () => {
    const [first, second] = [started('first'), started('second')];
    finishBuild(first, record);
    const build = finishBuild(second, record);
    expect(addonOf(build.folder)).toBe('second');
    expect(readdirSync(buildsFolder())).toHaveLength(1);
  });
});

describe('linking a build into node_modules', () => {
  it('puts back what npm ci wiped', () => {
    const build = finishBuild(started('addon'), record);
    const tfjsNode = freshPackage();
    expect(hasAddon(tfjsNode)).toBe(false);
    expect(relink(tfjsNode)).toBe(true);
    expect(addonOf(tfjsNode)).toBe('addon');
    expect(realpathSync(join(tfjsNode, 'deps'))).toBe(realpathSync(join(build.folder, 'deps')));
    expect(relink(freshPackage())).toBe(true);
    expect(readdirSync(tfjsNode).sort()).toEqual(['deps', 'lib', 'package.json']);
  });

  it('says no where there is no build for this tfjs-node', () => {
    finishBuild(started('addon'), record);
    expect(relink(freshPackage('5.0.0'))).toBe(false);
    expect(relink(null)).toBe(false);
  });

  it('takes the build installed last, and turns from one to another', () => {
    const older = finishBuild(started('2.21'), record);
    const newer = finishBuild(started('2.20'), { ...record, libtensorflow: '2.20.0' });
    const tfjsNode = freshPackage();
    linkBuild(older, tfjsNode);
    linkBuild(newer, tfjsNode);
    expect(addonOf(tfjsNode)).toBe('2.20');
    writeFileSync(join(older.folder, 'build.json'), JSON.stringify(record)); // even where the clock is coarse
    vi.useFakeTimers({ now: Date.now() + 60_000 });
    preferBuild(older);
    vi.useRealTimers();
    expect(relink(freshPackage())).toBe(true);
    expect(addonOf(tfjsNode)).toBe('2.21');
  });

  it("leaves an addon alone that tfjs-node's own script has put there, and mends a link whose build is gone", () => {
    const build = finishBuild(started('ours'), record);
    const tfjsNode = freshPackage();
    mkdirSync(join(tfjsNode, 'lib', 'napi-v8'), { recursive: true });
    writeFileSync(join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node'), 'its own');
    expect(relink(tfjsNode)).toBe(true);
    expect(addonOf(tfjsNode)).toBe('its own');
    linkBuild(build, tfjsNode);
    expect(addonOf(tfjsNode)).toBe('ours');
    rmSync(build.folder, { recursive: true });
    expect(lstatSync(join(tfjsNode, 'lib')).isSymbolicLink()).toBe(true);
    expect(relink(tfjsNode)).toBe(false);
    finishBuild(started('again'), { ...record, libtensorflow: '2.19.0' });
    expect(relink(tfjsNode)).toBe(true);
    expect(addonOf(tfjsNode)).toBe('again');
  });
});
