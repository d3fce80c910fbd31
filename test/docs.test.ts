import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { commands } from '../server/cli/commands.ts';
import { makeProgram } from '../server/cli/program.ts';
import { planSweep } from '../server/sweep/plan/plan-sweep.ts';
import { planDefinition } from '../server/cli/plan-definition.ts';
import { ABLATIONS } from '../server/sweep/space/ablations.ts';
import { METRICS } from '../server/sweep/metrics.ts';
import { readDefinition } from '../server/sweep/definition/parse-definition.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A page of the documentation. */
interface Page {
  /** Relative to the root. */
  path: string;
  text: string;
  blocks: { language: string; text: string }[];
  /** What stands between backticks outside of blocks. */
  spans: string[];
  /** Targets of the links to other pages and files, and to headings. */
  links: string[];
  /** The anchors of its headings. */
  anchors: string[];
}

const DOCS = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...DOCS].map(readPage);
const [readme] = pages as [Page, ...Page[]];

/** What is written like a file of the repository and is none: what the reader makes, or what only a machine has. */
const NOT_OURS = new Set([
  'sweeps/my-question.json',
  'test/',
  'bench/out',
  'bench/out/gpu.json',
  'bench/out/gpu.md',
  'ipaddr.js',
]);

/** Options of every command, of Docker, of npm and of Slurm, which the pages name too. */
const OTHERS_OPTIONS = new Set(
  [
    ...['version', 'help', 'init', 'network', 'rm', 'user', 'gpus', 'build-arg', 'offline'],
    ...['partition', 'gres', 'array', 'time'],
  ].map((name) => `--${name}`),
);

describe('what the code knows is named', () => {
  test('commands, options and their choices', () => {
    const names = allCommands().flatMap((command) => [
      command.name(),
      ...command.options.flatMap((option) => [option.long!, ...(option.argChoices ?? [])]),
    ]);
    expect(names).toContain('--fail-on');
    expect(unnamed(names, ['docs/command-line.md'])).toEqual([]);
    const inReadme = makeWhole().commands.map((command) => command.name());
    expect(unnamed(inReadme, ['README.md'])).toEqual([]);
  });

  test('keys and words of a definition', () => {
    const words = wordsOf(JSON.parse(readFileSync(join(root, 'sweeps/sweep.schema.json'), 'utf8')));
    expect([...words]).toEqual(
      expect.arrayContaining(['centerOrder', 'log_uniform_values', 'splitSeed', 'fashion-mnist', 'resnet20']),
    );
    expect(
      unnamed(
        [...words, ...ABLATIONS.map(({ name }) => name)],
        ['docs/definition.md', 'docs/loss.md', 'docs/data.md', 'docs/metrics.md', 'docs/programs.md'],
      ),
    ).toEqual([]);
  });

  test('metrics', () => {
    expect(
      unnamed(
        METRICS.map(({ name }) => name.replace(/^test\/.*/, 'test/')),
        ['docs/metrics.md'],
      ),
    ).toEqual([]);
  });

  test('shipped sweeps', () => {
    const files = readdirSync(join(root, 'sweeps')).filter(
      (file) => file.endsWith('.json') && file !== 'sweep.schema.json',
    );
    expect(
      unnamed(
        files.map((file) => `sweeps/${file}`),
        ['docs/definition.md'],
      ),
    ).toEqual([]);
  });

  test('environment variables', () => {
    const files = ['bin', 'server'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(root, folder, file)),
    );
    const sources = files.filter((file) => /\.(js|ts)$/.test(file)).map((file) => readFileSync(file, 'utf8'));
    const variables = new Set(sources.flatMap((source) => source.match(/\bCOSWEEP_[A-Z]+\b/g) ?? []));
    expect(variables).toContain('COSWEEP_TOKEN');
    expect(unnamed(variables, ['docs/command-line.md', 'docs/install.md'])).toEqual([]);
  });

  test('rooms and inner rooms', () => {
    const rooms = foldersIn('server');
    const inner = rooms.flatMap(foldersIn).filter((folder) => folder !== 'server/store/generated');
    expect(inner).toContain('server/sweep/plan');
    expect(unnamed([...rooms, ...inner], ['docs/architecture.md'])).toEqual([]);
  });
});

describe('what the documentation names is there', () => {
  test('files and folders, in full or by their name alone', () => {
    const known = new Set([...filesOf('').map((path) => basename(path)), ...packages()]);
    const missing = pages.flatMap(({ path, spans, blocks }) => {
      const inBlocks = blocks.flatMap(({ language, text }) => (language === 'sh' ? text.split(/\s+/) : []));
      const written = [...spans, ...inBlocks].filter((span) => !NOT_OURS.has(span));
      const inFull = written.filter((span) =>
        /^(\.ci|bench|bin|docs|prisma|python|server|sweeps|test|web)\/[\w./-]*$/.test(span),
      );
      const byName = spans.filter((span) => /^[\w-]+(\.[\w-]+)*\.(ts|tsx|js|md|cff|prisma)$/.test(span));
      return [
        ...inFull.filter((span) => !existsSync(join(root, toCreated(span)))),
        ...byName.filter((span) => !known.has(span) && !NOT_OURS.has(span)),
      ].map((span) => `${path}: ${span}`);
    });
    expect(pages.flatMap(({ spans }) => spans)).toContain('server/training/step.ts');
    expect(missing).toEqual([]);
  });

  test('what links lead to: files, and headings in pages', () => {
    const broken = pages.flatMap(({ path, links }) => {
      const isBroken = (link: string): boolean => {
        const [file, anchor] = link.split('#') as [string, string?];
        const target = file === '' ? path : normalize(join(dirname(path), file));
        if (!existsSync(join(root, target))) return true;
        return anchor !== undefined && !pages.find((page) => page.path === target)?.anchors.includes(anchor);
      };
      return links.filter(isBroken).map((link) => `${path}: ${link}`);
    });
    expect(pages.flatMap(({ links }) => links).filter((link) => link.includes('#')).length).toBeGreaterThan(5);
    expect(broken).toEqual([]);
  });

  test('packages, neither more nor fewer than there are', () => {
    const { text } = pageOf('docs/dependencies.md');
    const named = [...text.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
    );
    expect(named.sort()).toEqual(packages().sort());
  });

  test('scripts of package.json', () => {
    const { scripts } = readPackage();
    const run = pages.flatMap(({ text }) =>
      [...text.matchAll(/\bnpm (?:run (\w+)|(test))\b/g)].map(([, script, own]) => script ?? own!),
    );
    expect(run).toContain('demo');
    expect(run.filter((script) => !(script in scripts))).toEqual([]);
  });

  test('options of the commands', () => {
    const known = new Set(allCommands().flatMap((command) => command.options.map(({ long }) => long)));
    const ours = pages.flatMap(({ spans, blocks }) => [
      ...spans.filter((text) => !text.includes('npm run bench')),
      ...blocks
        .filter(({ language }) => language === 'sh')
        .flatMap(({ text }) => text.split('\n').filter((line) => line.includes('cosweep'))),
    ]);
    const used = ours.flatMap((text) => text.match(/(?<![\w-])--[a-z][\w-]*/g) ?? []);
    expect(used).toContain('--no-share');
    expect(used.filter((option) => !known.has(option) && !OTHERS_OPTIONS.has(option))).toEqual([]);
  });

  test('definitions that parse and plan', async () => {
    const definitions = pages.flatMap(({ path, blocks }) =>
      blocks.filter(({ language }) => language === 'json').map(({ text }) => ({ path, text })),
    );
    expect(definitions.map(({ path }) => path)).toEqual(['README.md', 'docs/definition.md', 'docs/programs.md']);
    for (const { path, text } of definitions) {
      const definition = readDefinition(text, path);
      // The files of a program are its reader's own.
      const { arms, dropped } =
        definition.trainer === 'program'
          ? planSweep(definition, { batchesPerEpoch: () => NaN })
          : await planDefinition(definition, root);
      expect(arms.some(({ control }) => control)).toBe(true);
      expect(dropped.every(({ count }) => count === 0)).toBe(true);
    }
  });

  test('the version of package.json, where the version is said', () => {
    const { version } = readPackage();
    expect(pageOf('CHANGELOG.md').text).toContain(`## [${version}]`);
    expect(readFileSync(join(root, 'CITATION.cff'), 'utf8')).toContain(`\nversion: ${version}\n`);
  });
});

describe('the way through it', () => {
  test('README is short', () => {
    expect(readme.text.trimEnd().split('\n').length).toBeLessThanOrEqual(180);
  });

  test('README names every page, and each says by its title and first sentence what it is', () => {
    expect(DOCS.filter((path) => !readme.links.includes(path))).toEqual([]);
    const bare = DOCS.map(pageOf).filter(({ text }) => !/^# .+\n\n[A-Z].{40,}/.test(text));
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  test('from README links lead to every page', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      for (const link of pages.find((page) => page.path === path)?.links ?? [])
        reached.add(normalize(join(dirname(path), link.split('#')[0] || basename(path))));
    }
    expect(pages.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
  });
});

function readPage(path: string): Page {
  const text = readFileSync(join(root, path), 'utf8');
  const prose = text.replace(/^```.*?^```/gms, '').replace(/^ {4}.*$/gm, '');
  return {
    path,
    text,
    blocks: [...text.matchAll(/^```(\w+)\n(.*?)^```/gms)].map((match) => ({ language: match[1]!, text: match[2]! })),
    spans: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!),
    links: [...prose.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target]) => target!),
    anchors: anchorsOf(prose),
  };
}

/** As GitHub makes them: a heading that comes again is numbered. */
function anchorsOf(prose: string): string[] {
  const seen = new Map<string, number>();
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, title]) => {
    const slug = title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/ /g, '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}

function pageOf(path: string): Page {
  return pages.find((page) => page.path === path)!;
}

function readPackage(): Record<string, any> {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}

function packages(): string[] {
  const { dependencies, optionalDependencies, devDependencies } = readPackage();
  return Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });
}

/** Of a file that the reader is to create (`server/training/models/NAME.ts`) the folder; else the path as it is. */
function toCreated(path: string): string {
  return path.includes('NAME') ? dirname(path) : path;
}

/** The files below a folder of the repository, without what is installed, built or hidden. */
function filesOf(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    if (['node_modules', 'dist', '.git'].includes(name)) return [];
    const path = join(folder, name);
    return statSync(join(root, path)).isDirectory() ? filesOf(path) : [path];
  });
}

function foldersIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`);
}

/** The program as the command line defines it. */
function makeWhole(): Command {
  const program = makeProgram();
  for (const command of commands) command.define(program, () => async () => {});
  return program;
}

/** The program and every command below it. */
function allCommands(): Command[] {
  const below = (command: Command): Command[] => [command, ...command.commands.flatMap(below)];
  return below(makeWhole());
}

/** Every key and every literal word that the JSON schema knows. */
function wordsOf(schema: unknown, words = new Set<string>()): Set<string> {
  if (Array.isArray(schema)) for (const each of schema) wordsOf(each, words);
  else if (schema !== null && typeof schema === 'object') {
    const { properties = {}, enum: choices = [], const: only, ...rest } = schema as Record<string, any>;
    for (const word of [...Object.keys(properties), ...choices, only]) if (typeof word === 'string') words.add(word);
    wordsOf([...Object.values(properties), ...Object.values(rest)], words);
  }
  return words;
}

/** Those that no code span and no block of code of these pages has as a word of its own. */
function unnamed(words: Iterable<string>, paths: string[]): string[] {
  const code = paths
    .map(pageOf)
    .flatMap(({ spans, blocks }) => [...spans, ...blocks.map(({ text }) => text)])
    .join('\n');
  return [...words].filter((word) => !new RegExp(`(?<![\\w-])${word.replace(/[$/.-]/g, '\\$&')}(?![\\w-])`).test(code));
}
