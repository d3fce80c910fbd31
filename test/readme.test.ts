import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { commands } from '../server/cli/commands.ts';
import { makeProgram } from '../server/cli/program.ts';
import { planDefinition } from '../server/cli/plan-definition.ts';
import { ABLATIONS } from '../server/sweep/space/ablations.ts';
import { METRICS } from '../server/sweep/metrics.ts';
import { readDefinition } from '../server/sweep/definition/parse-definition.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, language, text]) => ({ language, text: text! }));
const spans = [...readme.replace(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, text]) => text!);

describe('what the code knows is named in the README', () => {
  test('commands, options and their choices', () => {
    const names = allCommands().flatMap((command) => [
      command.name(),
      ...command.options.flatMap((option) => [option.long!, ...(option.argChoices ?? [])]),
    ]);
    expect(names).toContain('--fail-on');
    expect(unnamed(names)).toEqual([]);
  });

  test('keys and words of a definition', () => {
    const words = wordsOf(JSON.parse(readFileSync(join(root, 'sweeps/sweep.schema.json'), 'utf8')));
    expect([...words]).toEqual(
      expect.arrayContaining(['centerOrder', 'log_uniform_values', 'splitSeed', 'fashion-mnist', 'resnet20']),
    );
    expect(unnamed([...words, ...ABLATIONS.map(({ name }) => name)])).toEqual([]);
  });

  test('metrics', () => {
    expect(unnamed(METRICS.map(({ name }) => name.replace(/^test\/.*/, 'test/')))).toEqual([]);
  });

  test('shipped sweeps', () => {
    const files = readdirSync(join(root, 'sweeps')).filter(
      (file) => file.endsWith('.json') && file !== 'sweep.schema.json',
    );
    expect(unnamed(files.map((file) => `sweeps/${file}`))).toEqual([]);
  });

  test('environment variables', () => {
    const files = ['bin', 'server'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(root, folder, file)),
    );
    const sources = files.filter((file) => /\.(js|ts)$/.test(file)).map((file) => readFileSync(file, 'utf8'));
    const variables = new Set(sources.flatMap((source) => source.match(/\bCOSWEEP_[A-Z]+\b/g) ?? []));
    expect(variables).toContain('COSWEEP_TOKEN');
    expect(unnamed(variables)).toEqual([]);
  });

  test('rooms', () => {
    const rooms = readdirSync(join(root, 'server'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(unnamed(rooms.map(({ name }) => `server/${name}`))).toEqual([]);
  });
});

describe('what the README names is there', () => {
  test('files and folders', () => {
    const linked = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, target]) => target!);
    const named = spans.filter(
      (span) =>
        /^(bench|bin|prisma|server|sweeps|test|web)\/[\w./-]+\w$/.test(span) &&
        span !== 'sweeps/my-question.json' &&
        span !== 'test/',
    );
    expect(named).toContain('server/training/step.ts');
    expect([...linked, ...named].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('packages, neither more nor fewer than there are', () => {
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    );
    const section = readme.slice(readme.indexOf('## Dependencies, and why each'));
    const named = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
    );
    expect(named.sort()).toEqual(Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies }).sort());
  });

  test('headings that are linked to', () => {
    const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replace(/ /g, '-'),
    );
    const linked = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor!);
    expect(linked.filter((anchor) => !headings.includes(anchor))).toEqual([]);
  });

  test('scripts of package.json', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const run = [...readme.matchAll(/\bnpm (?:run (\w+)|(test))\b/g)].map(([, script, own]) => script ?? own!);
    expect(run).toContain('demo');
    expect(run.filter((script) => !(script in scripts))).toEqual([]);
  });

  test('options of the commands', () => {
    const known = new Set(allCommands().flatMap((command) => command.options.map(({ long }) => long)));
    const ours = [
      ...spans.filter((text) => !text.includes('npm run bench')),
      ...blocks
        .filter(({ language }) => language === 'sh')
        .flatMap(({ text }) => text.split('\n').filter((line) => line.includes('cosweep'))),
    ];
    const used = ours.flatMap((text) => text.match(/(?<![\w-])--[a-z][\w-]*/g) ?? []);
    expect(used.filter((option) => !known.has(option) && option !== '--version' && option !== '--help')).toEqual([]);
  });

  test('definitions that parse and plan', async () => {
    const definitions = blocks.filter(({ language }) => language === 'json');
    expect(definitions).toHaveLength(1);
    for (const { text } of definitions) {
      const { arms, dropped } = await planDefinition(readDefinition(text, 'README.md'), root);
      expect(arms.map(({ name }) => name)).toContain('noIntra');
      expect(dropped.every(({ count }) => count === 0)).toBe(true);
    }
  });
});

/** The program and every command below it, as the command line defines them. */
function allCommands(): Command[] {
  const program = makeProgram();
  for (const command of commands) command.define(program, () => async () => {});
  const below = (command: Command): Command[] => [command, ...command.commands.flatMap(below)];
  return below(program);
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

/** Those that no code span and no block of code of the README has as a word of its own. */
function unnamed(words: Iterable<string>): string[] {
  const code = [...spans, ...blocks.map(({ text }) => text)].join('\n');
  return [...words].filter((word) => !new RegExp(`(?<![\\w-])${word.replace(/[$/.-]/g, '\\$&')}(?![\\w-])`).test(code));
}
